// The SQL of transfers: a volume is offered, taken or taken back in the one statement that moves it.

import type { Database } from '../../infra/database/port.ts';
import { recordEvent } from '../../schema/events.ts';
import { inScope, utc } from '../../schema/expressions.ts';
import { begins, guard } from '../../schema/machine.ts';
import { countQuota, snapshotDeltas, volumeDeltas } from '../../schema/quotas.ts';
import { fragment, type ParametersOf, statement } from '../../schema/statement.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import type { ListQuery } from '../http/list.ts';
import { type Page, readPage } from '../http/pagination.ts';
import { type Scope, scopeParameter } from '../http/policy.ts';
import type { transferList } from './query.ts';

/** A transfer as statements return it, without its key. */
export interface TransferRow {
  readonly id: string;
  readonly volume_id: string;
  readonly name: string | null;
  readonly no_snapshots: boolean;
  readonly source_project_id: string;
  readonly destination_project_id: string | null;
  readonly accepted: boolean;
  readonly created_at: string;
}

const columns = `r.id::text AS id, r.volume_id::text AS volume_id, r.name, r.no_snapshots, r.source_project_id,
  r.destination_project_id, r.accepted, ${utc('r.created_at')} AS created_at`;

const ofGiver = '(:scope::text IS NULL OR r.source_project_id = :scope::text)';

const showText = statement(
  'transfers.show',
  `SELECT ${columns} FROM transfers r WHERE r.id = :id::uuid AND NOT r.accepted AND ${ofGiver}`,
);

/** The transfer, or null when it is not within the scope or has been accepted. */
export async function findTransfer(database: Database, scope: Scope, id: string): Promise<TransferRow | null> {
  const [row] = await showText.all<TransferRow>(database, { id, ...scopeParameter(scope) });
  return row ?? null;
}

/** One page of transfers that nobody has accepted yet. */
export function listTransfers(
  database: Database,
  spec: typeof transferList,
  query: ListQuery,
  scope: Scope,
): Promise<Page<TransferRow>> {
  const source = {
    name: 'transfers.list',
    columns,
    from: 'transfers r',
    where: 'NOT r.accepted',
    projectColumn: 'r.source_project_id',
  };
  return readPage(database, source, spec, query, scope);
}

// A transfer that a reset of the status has left behind ends with the next one. One that somebody is at is let alone:
// its volume is not where it looks for it.
const createText = statement(
  'transfers.create',
  [
    fragment(
      'moved',
      `UPDATE volumes r SET ${begins(volumeMachine, 'transfer')}
  WHERE r.id = :volume_id::uuid AND ${inScope}
    AND ${guard(volumeMachine, 'transfer')}
  RETURNING r.*`,
    ),
    fragment(
      'stale',
      `DELETE FROM transfers t WHERE t.id IN (
    SELECT s.id FROM transfers s JOIN moved m ON s.volume_id = m.id WHERE NOT s.accepted FOR UPDATE OF s SKIP LOCKED)`,
    ),
    fragment(
      'transfer',
      `INSERT INTO transfers (id, volume_id, name, salt, crypt_hash, no_snapshots, source_project_id, created_at)
  SELECT :id::uuid, m.id, :name::text, :salt::text, :hash::text, :no_snapshots::boolean, m.project_id,
    :now::timestamptz
  FROM moved m
  RETURNING *`,
    ),
    recordEvent(
      'event',
      'moved',
      `'volume.transfer.create.end'`,
      'volume',
      `jsonb_build_object('transfer_id', :id::uuid)`,
    ),
  ],
  `SELECT ${columns} FROM transfer r`,
);

/** Null when the volume may not be offered now, or is not within the scope. */
export async function insertTransfer(
  database: Database,
  parameters: ParametersOf<typeof createText>,
): Promise<TransferRow | null> {
  const [row] = await createText.all<TransferRow>(database, parameters);
  return row ?? null;
}

const deleteText = statement(
  'transfers.delete',
  [
    fragment(
      'target',
      `SELECT r.id, r.volume_id FROM transfers r WHERE r.id = :id::uuid AND NOT r.accepted AND ${ofGiver} FOR UPDATE`,
    ),
    fragment(
      'moved',
      `UPDATE volumes r SET ${begins(volumeMachine, 'transfer_cancel')}
  FROM target t WHERE r.id = t.volume_id AND ${guard(volumeMachine, 'transfer_cancel')}
  RETURNING r.*`,
    ),
    fragment('gone', `DELETE FROM transfers r USING target t WHERE r.id = t.id RETURNING r.id`),
    recordEvent(
      'event',
      'moved',
      `'volume.transfer.delete.end'`,
      'volume',
      `jsonb_build_object('transfer_id', :id::uuid)`,
    ),
  ],
  `SELECT id::text AS id FROM gone`,
);

/** Ends the offer, whatever has become of the volume. False when there is no such transfer within the scope. */
export async function deleteTransfer(
  database: Database,
  parameters: ParametersOf<typeof deleteText>,
): Promise<boolean> {
  return (await deleteText.all(database, parameters)).length > 0;
}

/** What whoever accepts has to be checked against. */
export interface Offer {
  readonly volume_id: string;
  readonly source_project_id: string;
  readonly salt: string;
  readonly crypt_hash: string;
  readonly status: string;
}

const offerText = statement(
  'transfers.offer',
  `SELECT t.volume_id::text AS volume_id, t.source_project_id, t.salt, t.crypt_hash, r.status
FROM transfers t JOIN volumes r ON r.id = t.volume_id WHERE t.id = :id::uuid AND NOT t.accepted`,
);

/**
 * The offer of a transfer of any project: who has its key may take it. Not for answers; whoever has no key is told by
 * findTransfer()'s scope alone whether it exists.
 */
export async function readOffer(database: Database, id: string): Promise<Offer | null> {
  const [row] = await offerText.all<Offer>(database, { id });
  return row ?? null;
}

/** The columns that deltas read, of the project that gives. */
const given = (from: string) =>
  `SELECT g.donor AS project_id, g.size_gib, g.volume_type_id, g.consumes_quota
  FROM ${from} g` as const;

const acceptText = statement(
  'transfers.accept',
  [
    fragment(
      'target',
      `SELECT t.id, t.volume_id, t.no_snapshots, t.source_project_id FROM transfers t
  WHERE t.id = :id::uuid AND NOT t.accepted AND t.crypt_hash = :hash::text FOR UPDATE`,
    ),
    fragment(
      'moved',
      `UPDATE volumes r SET project_id = :project::text, user_id = :actor_id::text,
    ${begins(volumeMachine, 'transfer_accept')}
  FROM target t WHERE r.id = t.volume_id AND ${guard(volumeMachine, 'transfer_accept')}
  RETURNING r.*, t.id AS transfer_id, t.no_snapshots, t.source_project_id AS donor`,
    ),
    fragment(
      'snapshots_moved',
      `UPDATE snapshots r SET project_id = :project::text, user_id = :actor_id::text, updated_at = :now::timestamptz
  FROM moved v WHERE r.volume_id = v.id AND r.project_id = v.donor AND NOT v.no_snapshots
  RETURNING r.*, v.donor`,
    ),
    fragment('given', given('moved')),
    fragment('snapshots_given', given('snapshots_moved')),
    fragment(
      'transfer',
      `UPDATE transfers r SET accepted = true, destination_project_id = :project::text, updated_at = :now::timestamptz
  FROM moved v WHERE r.id = v.transfer_id
  RETURNING r.*`,
    ),
    countQuota(
      `${volumeDeltas('given', -1)}
  UNION ALL${volumeDeltas('moved', 1)}
  UNION ALL${snapshotDeltas('snapshots_given', -1)}
  UNION ALL${snapshotDeltas('snapshots_moved', 1)}`,
    ),
    recordEvent(
      'event',
      'moved',
      `'volume.transfer.accept.end'`,
      'volume',
      `jsonb_build_object('transfer_id', r.transfer_id)`,
    ),
  ],
  `SELECT ${columns} FROM transfer r WHERE (SELECT count(*) FROM over_limit) = 0`,
);

/**
 * Moves the volume and the snapshots that go with it to the acceptor's project and user, with what they count for.
 * Null when the key is not this one, or the volume is not waiting any more. Refused when the acceptor's quota is full.
 */
export async function acceptTransfer(
  database: Database,
  parameters: ParametersOf<typeof acceptText>,
): Promise<TransferRow | null> {
  const [row] = await acceptText.all<TransferRow>(database, parameters);
  return row ?? null;
}
