// The SQL of waiting for what an attachment has begun: what has come of it, and giving up.
import type { Database } from '../../../infra/database/port.ts';
import { type AttachmentRow, connectFailed } from '../../../schema/attachments.ts';
import { messageActions, messageDetails, messageEventId, messageSeconds } from '../../../schema/codes.ts';
import { recordEvent } from '../../../schema/events.ts';
import { fragment, type ParametersOf, statement } from '../../../schema/statement.ts';
import { attachmentColumns, remaining } from '../store.ts';

const outcomeColumns = `o.status AS operation_status, ${attachmentColumns('a')}, ${remaining('o.resource_id', 'NULL::uuid')} AS remaining`;
const outcomeFrom = `operations o LEFT JOIN attachments a ON a.id = (o.arguments ->> 'attachment_id')::uuid
WHERE o.id = :operation_id::uuid` as const;

/** What has become of an operation, and of its attachment. */
export interface Outcome extends Omit<AttachmentRow, 'id'> {
  readonly operation_status: string;
  readonly id: string | null;
  readonly remaining: string;
}

const outcomeText = statement('attachments.outcome', `SELECT ${outcomeColumns} FROM ${outcomeFrom}`);

const action = messageActions.updateAttachment.id;
const detail = messageDetails.deadlinePassed.id;
/** The worker that may still be at it learns at its next heartbeat that it is not; after its lease nobody is. */
const undoAfterSeconds = 60;

/** The CTEs that end a connection nobody waits for any more: as its failure, and with the same user message. */
const givingUp = [
  fragment(
    'fenced',
    `UPDATE operations o SET status = 'failed', cause = 'The request that waited for it has given up.',
    updated_at = :now::timestamptz
  WHERE o.id = :operation_id::uuid AND o.status IN ('queued', 'running') RETURNING o.*`,
  ),
  connectFailed(undoAfterSeconds),
  recordEvent('event', 'resource', `'volume.attach.error'`, 'volume'),
  fragment(
    'user_message',
    `INSERT INTO messages (id, project_id, request_id, resource_type, resource_uuid, action_id, detail_id, event_id,
    created_at, expires_at)
  SELECT :message_id::uuid, f.project_id, :request_id::text, 'VOLUME', f.resource_id, '${action}', '${detail}',
    '${messageEventId('volume', action, detail)}', :now::timestamptz,
    :now::timestamptz + make_interval(secs => ${messageSeconds})
  FROM fenced f`,
  ),
] as const;

const giveUpText = statement('attachments.give-up', [givingUp], `SELECT ${outcomeColumns} FROM ${outcomeFrom}`);

export async function readOutcome(database: Database, operationId: string): Promise<Outcome | null> {
  const [row] = await outcomeText.all<Outcome>(database, { operation_id: operationId });
  return row ?? null;
}

/** Ends a connection that has not ended, so that nothing of it stays; one that has ended by now is read. */
export async function giveUp(database: Database, parameters: ParametersOf<typeof giveUpText>): Promise<Outcome | null> {
  const [row] = await giveUpText.all<Outcome>(database, parameters);
  return row ?? null;
}

const takeText = statement(
  'attachments.take-result',
  `WITH taken AS (
  SELECT o.id, o.status, o.result FROM operations o WHERE o.id = :operation_id::uuid FOR UPDATE
), cleared AS (
  UPDATE operations o SET result = NULL FROM taken t WHERE o.id = t.id AND t.result IS NOT NULL
)
SELECT t.status AS operation_status, t.result::text AS result FROM taken t`,
);
const giveUpResultText = statement(
  'attachments.give-up-result',
  [givingUp],
  `SELECT o.status AS operation_status, NULL::text AS result FROM operations o WHERE o.id = :operation_id::uuid`,
);

export interface Result {
  readonly operation_status: string;
  readonly result: string | null;
}

/** What an operation without an attachment hands back, once: nothing of it stays in the database. */
export async function takeResult(database: Database, operationId: string): Promise<Result | null> {
  const [row] = await takeText.all<Result>(database, { operation_id: operationId });
  return row ?? null;
}

export async function giveUpResult(
  database: Database,
  parameters: ParametersOf<typeof giveUpResultText>,
): Promise<void> {
  await giveUpResultText.all(database, parameters);
}
