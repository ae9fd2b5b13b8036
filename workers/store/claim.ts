// Claiming an operation: one statement that fences everybody else off and returns what its kind of work needs.
import { type Database, DatabaseError } from '../../infra/database/port.ts';
import type { Message, Nudge } from '../../infra/queue/port.ts';
import type { Kind } from '../../schema/operations.ts';
import { fragment, statement, statementOf } from '../../schema/statement.ts';
import type { Carried, Needs, Operation } from '../work/work.ts';

/** How long nobody else may claim an operation; the heartbeat extends it. */
export const leaseSeconds = 60;

export interface Claimed extends Operation, Carried {
  readonly tries: number;
  readonly projectId: string;
  readonly requestId: string | null;
  /** When it was requested; milliseconds since 1970. */
  readonly askedAt: number;
  /** Who has cancelled it before it had begun; null: nobody. */
  readonly cancelledBy: string | null;
}

/** The message for whoever does the next step of an operation. */
export const messageOf = ({ id, attempt, kind, projectId }: Claimed): Message => ({
  operation: id,
  attempt,
  kind,
  project: projectId,
});

/**
 * The CTEs `target`, `busy`, `held`, `waits` and `claimed`. An operation whose resource is busy waits without a
 * message: whoever frees the resource reads which one is next. `held` covers a settlement that is about to commit and
 * has read that already: once it has committed, the resource is free, and the claim is repeated.
 */
export const claiming = [
  fragment(
    'target',
    `SELECT o.id, o.resource_id FROM operations o
  WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'queued' FOR UPDATE`,
  ),
  fragment(
    'busy',
    `SELECT b.id FROM operations b JOIN target t ON b.resource_id = t.resource_id AND b.id <> t.id
  WHERE b.status = 'running'`,
  ),
  fragment(
    'held',
    `SELECT b.id FROM operations b JOIN busy y ON y.id = b.id WHERE b.status = 'running' FOR SHARE OF b`,
  ),
  fragment(
    'waits',
    `UPDATE operations o SET lease_until = :now::timestamptz
  FROM target t WHERE o.id = t.id AND EXISTS (SELECT 1 FROM busy)`,
  ),
  fragment(
    'claimed',
    `UPDATE operations o SET status = 'running', attempt = o.attempt + 1, tries = o.tries + 1,
    lease_until = :now::timestamptz + make_interval(secs => ${leaseSeconds}), updated_at = :now::timestamptz
  FROM target t WHERE o.id = t.id AND NOT EXISTS (SELECT 1 FROM busy) RETURNING o.*`,
  ),
] as const;

export const claimedColumns = `(SELECT count(*) FROM busy)::int AS busy,
  (SELECT count(*) FROM held)::int AS held, c.id::text AS id, c.kind, c.step, c.attempt,
  c.tries, c.resource_id::text AS resource_id, c.project_id, c.request_id,
  (extract(epoch FROM c.deadline) * 1000)::double precision AS deadline,
  (extract(epoch FROM c.created_at) * 1000)::double precision AS asked_at, c.arguments::text AS arguments, c.secret,
  c.cancelled_by`;

export interface ClaimRow {
  readonly busy: number;
  readonly held: number;
  readonly id: string | null;
  readonly kind: Kind;
  readonly step: string;
  readonly attempt: number;
  readonly tries: number;
  readonly resource_id: string;
  readonly project_id: string;
  readonly request_id: string | null;
  readonly deadline: number;
  readonly asked_at: number;
  readonly arguments: string;
  readonly secret: string | null;
  readonly cancelled_by: string | null;
}

/** The columns of what a kind of work needs: one JSON text for each part that is not an argument. */
export function needColumns(needs: Needs): string {
  return Object.entries(needs)
    .flatMap(([name, { sql: text }]) => (text === undefined ? [] : [`,\n  (${text})::text AS ${columnOf(name)}`]))
    .join('');
}

const columnOf = (name: string) => `"need ${name}"`;

/** Reads what a kind of work needs from a row of its claim. Throws when something required is missing. */
export function readNeeds(needs: Needs, claimed: Claimed, row: object): Record<string, unknown> {
  const columns = row as Readonly<Record<string, string | null | undefined>>; // needColumns() selects them
  return Object.fromEntries(
    Object.entries(needs).map(([name, fragment]) => {
      const value = columns[`need ${name}`];
      return [name, fragment.read(value == null ? null : JSON.parse(value), claimed)];
    }),
  );
}

/** The parameters of every statement that claims. */
export const claimParameters = ':id::uuid, :attempt::int, :now::timestamptz';

/** The statement that claims an operation for `needs`. */
export function claimText(name: string, needs: Needs) {
  return statementOf(
    `operations.claim-${name}`,
    claiming,
    `SELECT ${claimedColumns}${needColumns(needs)} FROM (SELECT 1) one LEFT JOIN claimed c ON TRUE`,
    claimParameters,
  );
}

/** `busy`: another operation has the resource, and its end sends this one. Null: nothing to do. */
export type ClaimResult<T> = T | 'busy' | null;

export function toClaimed(row: ClaimRow): ClaimResult<Claimed> {
  if (row.id === null) return row.busy > 0 ? 'busy' : null;
  return {
    id: row.id,
    kind: row.kind,
    step: row.step,
    attempt: row.attempt,
    tries: row.tries,
    resourceId: row.resource_id,
    projectId: row.project_id,
    requestId: row.request_id,
    deadline: row.deadline,
    askedAt: row.asked_at,
    arguments: JSON.parse(row.arguments) as Record<string, unknown>, // a jsonb object
    secret: row.secret,
    cancelledBy: row.cancelled_by,
  };
}

/** A claim that meets the end of what it waits for is repeated; many times only if there is always another one. */
const mostRounds = 5;

/**
 * Runs a claiming statement. A claim that loses the race for the resource is repeated: then it sees who has it, and
 * waits for that.
 */
async function runClaim<Row extends ClaimRow>(run: () => Promise<Row[]>): Promise<Row[]> {
  for (let round = 1; ; round += 1) {
    try {
      const rows = await run();
      const isFreed = rows[0] !== undefined && rows[0].busy > 0 && rows[0].held === 0;
      if (!isFreed || round >= mostRounds) return rows;
    } catch (error) {
      const isLost = error instanceof DatabaseError && error.reason === 'operations_one_running';
      if (!isLost || round >= mostRounds) throw error;
    }
  }
}

/** Claims the operation of a message, and returns the statement's rows: none for a duplicate or late message. */
export async function claim<Row extends ClaimRow>(
  database: Database,
  statement: ReturnType<typeof claimText>,
  { operation: id, attempt }: Nudge,
  now: string,
): Promise<ClaimResult<{ readonly claimed: Claimed; readonly rows: readonly Row[] }>> {
  const rows = await runClaim(() => statement.all<Row>(database, { id, attempt, now }));
  const claimed = rows[0] === undefined ? null : toClaimed(rows[0]);
  return claimed === null || claimed === 'busy' ? claimed : { claimed, rows };
}

const kindText = statement('operations.kind', `SELECT o.kind FROM operations o WHERE o.id = :id::uuid`);

/** The kind of the operation, for a message without one. Null: there is no such operation. */
export async function kindOf(database: Database, { operation, kind }: Nudge): Promise<string | null> {
  if (kind !== undefined) return kind;
  const [row] = await kindText.all<{ kind: string }>(database, { id: operation });
  return row?.kind ?? null;
}
