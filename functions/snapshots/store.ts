// The SQL of snapshots: reading them, and making and moving them together with the work that it takes.
import type { Database } from '../../infra/database/port.ts';
import { recordEvent } from '../../schema/events.ts';
import { givenNames, inScope } from '../../schema/expressions.ts';
import { beginning, type Why, whyColumns } from '../../schema/machine.ts';
import { type SnapshotRow, snapshotMachine } from '../../schema/snapshots.ts';
import { fragment, fragmentOf, type Literal, type ParametersOf, statement } from '../../schema/statement.ts';
import {
  createSnapshotTexts,
  type DeleteMove,
  deleteSnapshotTexts,
  snapshotColumns,
  type TakeMove,
} from '../../schema/statements/snapshots.ts';
import type { ListQuery } from '../http/list.ts';
import { countOf, type Page, readPage } from '../http/pagination.ts';
import { reach, type Scope, scopeParameter } from '../http/policy.ts';
import type { Target } from '../http/target.ts';
import type { BegunWorkIfAny } from '../work/begin.ts';
import { absentSnapshot, snapshotList } from './query.ts';

const showText = statement(
  'snapshots.show',
  `SELECT ${snapshotColumns} FROM snapshots r WHERE r.id = :id::uuid AND ${inScope}`,
);

/** The snapshot, or null when it is not within the scope. */
export async function findSnapshot(database: Database, scope: Scope, id: string): Promise<SnapshotRow | null> {
  const [row] = await showText.all<SnapshotRow>(database, { id, ...scopeParameter(scope) });
  return row ?? null;
}

const ownerText = statement('snapshots.owner', 'SELECT s.user_id FROM snapshots s WHERE s.id = :id::uuid');

/** What operations on `/snapshots/{snapshot_id}` are done to. */
export const onSnapshot: Target<'snapshot_id'> = {
  param: 'snapshot_id',
  absent: absentSnapshot,
  exists: async (call) =>
    (await findSnapshot(call.ports.database, reach(call.actor), call.params.snapshot_id)) !== null,
  owner: async (call) => {
    const [row] = await ownerText.all<{ user_id: string }>(call.ports.database, { id: call.params.snapshot_id });
    return row?.user_id ?? null;
  },
};

/** One page of snapshots, whole rows. */
export function listSnapshots(database: Database, query: ListQuery, scope: Scope): Promise<Page<SnapshotRow>> {
  const total = countOf('snapshots', scope);
  const source = { name: 'snapshots.list', columns: snapshotColumns, from: 'snapshots r', total };
  return readPage(database, source, snapshotList, query, scope);
}

export interface CreatedSnapshot extends SnapshotRow {
  /** The queue of the volume's back end. */
  readonly queue: string;
}

/**
 * Makes the row, counts it, queues its creation and records the event: all of it or none. Null when the volume is
 * not within the scope or may not be snapshotted now.
 */
export async function insertSnapshot(
  database: Database,
  scope: Scope,
  move: TakeMove,
  parameters: Omit<ParametersOf<(typeof createSnapshotTexts)[keyof typeof createSnapshotTexts]>, 'scope'>,
): Promise<CreatedSnapshot | null> {
  const [row] = await createSnapshotTexts[move].all<CreatedSnapshot>(database, {
    ...parameters,
    ...scopeParameter(scope),
  });
  return row ?? null;
}

/** Null when the snapshot is not within the scope or may not be deleted now. */
export async function beginDelete(
  database: Database,
  scope: Scope,
  move: DeleteMove,
  parameters: Omit<ParametersOf<(typeof deleteSnapshotTexts)[keyof typeof deleteSnapshotTexts]>, 'scope'>,
): Promise<BegunWorkIfAny | null> {
  const [row] = await deleteSnapshotTexts[move].all<BegunWorkIfAny & { gone: number }>(database, {
    ...parameters,
    ...scopeParameter(scope),
  });
  return row !== undefined && (row.gone > 0 || row.operation_id !== null) ? row : null;
}

const whyText = (move: DeleteMove) =>
  statement(
    `snapshots.why-not-${move}`,
    `SELECT ${whyColumns(snapshotMachine, move)} FROM snapshots r WHERE r.id = :id::uuid AND ${inScope}`,
  );
const whyTexts = {
  delete: whyText('delete'),
  force_delete: whyText('force_delete'),
  unmanage: whyText('unmanage'),
} as const;

/** Why a deletion was refused. Null when there is no such snapshot. */
export async function whyNot(database: Database, scope: Scope, move: DeleteMove, id: string): Promise<Why | null> {
  const [row] = await whyTexts[move].all<Why>(database, { id, ...scopeParameter(scope) });
  return row ?? null;
}

const updateText = statement(
  'snapshots.update',
  [
    fragment(
      'snapshot',
      `UPDATE snapshots r SET ${givenNames('r')},
    updated_at = :now::timestamptz
  WHERE r.id = :id::uuid AND ${inScope}
  RETURNING r.*`,
    ),
    recordEvent('event', 'snapshot', `'snapshot.update.end'`, 'snapshot'),
  ],
  `SELECT ${snapshotColumns} FROM snapshot r`,
);

/** Null when there is no such snapshot within the scope. */
export async function updateSnapshot(
  database: Database,
  scope: Scope,
  parameters: Omit<ParametersOf<typeof updateText>, 'scope'>,
): Promise<SnapshotRow | null> {
  const [row] = await updateText.all<SnapshotRow>(database, { ...parameters, ...scopeParameter(scope) });
  return row ?? null;
}

const statusText = <const Assignment extends string, const Condition extends string>(
  name: string,
  event: string,
  assignment: Literal<Assignment>,
  condition: Literal<Condition>,
) =>
  statement(
    `snapshots.${name}`,
    [
      fragmentOf(
        'moved',
        `UPDATE snapshots r SET status = ${beginning(snapshotMachine, 'reset_status')}${assignment}, updated_at = :now::timestamptz
  WHERE r.id = :id::uuid AND ${inScope} AND ${condition}
  RETURNING r.*`,
        ':id::uuid, :scope::text, :status::text, :now::timestamptz',
        assignment,
        condition,
      ),
      recordEvent('event', 'moved', `'${event}'`, 'snapshot'),
    ],
    `SELECT id::text AS id FROM moved`,
  );

/** What a hypervisor that takes the snapshot itself may report: from which status, which. */
const reports = (['report_available', 'report_error', 'report_error_deleting'] as const).map(
  (move) => snapshotMachine.moves[move],
);
export const reportable: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  reports
    .flatMap(({ from }) => (typeof from === 'string' ? [] : from))
    .map((from) => [
      from,
      // What it says already, a report may say again.
      [from, ...reports.filter((move) => move.from.includes(from)).map(({ ok }) => ok)],
    ]),
);

const reportMoves = Object.entries(reportable)
  .map(([from, to]) => `r.status = '${from}' AND :status::text IN (${to.map((one) => `'${one}'`).join(', ')})`)
  .join(' OR ');

const statusTexts = {
  report: statusText(
    'update-status',
    'snapshot.update_status.end',
    ', progress = COALESCE(:progress::text, r.progress)',
    `(${reportMoves})`,
  ),
  reset: statusText('reset-status', 'snapshot.reset_status.end', ', previous_status = r.status', 'TRUE'),
} as const;

/** Writes a status: as a hypervisor reports it, or over any present one. False when that may not be. */
export async function writeStatus(
  database: Database,
  scope: Scope,
  way: keyof typeof statusTexts,
  parameters: Omit<ParametersOf<(typeof statusTexts)[keyof typeof statusTexts]>, 'scope'>,
): Promise<boolean> {
  return (await statusTexts[way].all(database, { ...parameters, ...scopeParameter(scope) })).length > 0;
}
