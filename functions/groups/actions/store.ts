// The SQL of the replication of a group: its status and those of its members, with the work that it takes.
import type { Database } from '../../../infra/database/port.ts';
import { recordEvent } from '../../../schema/events.ts';
import { groupMachine } from '../../../schema/groups.ts';
import { guard, type Why, whyColumns } from '../../../schema/machine.ts';
import { queueOperation } from '../../../schema/operations.ts';
import { fragment, type ParametersOf, statement } from '../../../schema/statement.ts';
import { visible } from '../store/read.ts';

/** What the replication status is meanwhile. */
const meanwhile = {
  enable_replication: 'enabling',
  disable_replication: 'disabling',
  failover_replication: 'failing-over',
} as const;

export type ReplicationMove = keyof typeof meanwhile;

const beginText = (move: ReplicationMove) =>
  statement(
    `groups.${move}`,
    [
      fragment(
        'moved',
        `UPDATE groups r SET replication_status = '${meanwhile[move]}', updated_at = :now::timestamptz
  WHERE r.id = :id::uuid AND ${visible} AND ${guard(groupMachine, move)}
  RETURNING r.*`,
      ),
      fragment(
        'members',
        `UPDATE volumes v SET replication_status = '${meanwhile[move]}', updated_at = :now::timestamptz
  FROM moved m WHERE v.group_id = m.id RETURNING v.*`,
      ),
      queueOperation('moved', `'volume:' || r.backend`),
      recordEvent('event', 'moved', `'group.${move}.start'`, 'group'),
      recordEvent('members_event', 'members', `'volume.${move}.start'`, 'volume'),
    ],
    `SELECT operation_id, queue FROM operation`,
  );

const whyText = (move: ReplicationMove) =>
  statement(
    `groups.why-not-${move}`,
    `SELECT ${whyColumns(groupMachine, move)} FROM groups r WHERE r.id = :id::uuid AND ${visible}`,
  );

const beginTexts = {
  enable_replication: beginText('enable_replication'),
  disable_replication: beginText('disable_replication'),
  failover_replication: beginText('failover_replication'),
} as const;
const whyTexts = {
  enable_replication: whyText('enable_replication'),
  disable_replication: whyText('disable_replication'),
  failover_replication: whyText('failover_replication'),
} as const;

/** Queues it; null when the group is not there or may not do so now. */
export async function beginReplication(
  database: Database,
  move: ReplicationMove,
  parameters: ParametersOf<(typeof beginTexts)[keyof typeof beginTexts]>,
): Promise<{ readonly operation_id: string; readonly queue: string } | null> {
  const [row] = await beginTexts[move].all<{ operation_id: string; queue: string }>(database, parameters);
  return row ?? null;
}

/** What stood in the way; null when there is no such group. */
export async function whyNotReplicate(
  database: Database,
  move: ReplicationMove,
  parameters: ParametersOf<(typeof whyTexts)[keyof typeof whyTexts]>,
): Promise<Why | null> {
  const [row] = await whyTexts[move].all<Why>(database, parameters);
  return row ?? null;
}

const targetsText = statement(
  'groups.replication-targets',
  `SELECT ${whyColumns(groupMachine, 'enable_replication')}, COALESCE((SELECT p.capabilities -> 'replication_targets'
  FROM pools p WHERE p.backend = r.backend ORDER BY p.name LIMIT 1), '[]'::jsonb)::text AS targets
FROM groups r WHERE r.id = :id::uuid AND ${visible}`,
);

/** The ids of the targets of a group's back end, a JSON array, with what may stand in the way; null without a group. */
export async function readTargets(
  database: Database,
  parameters: ParametersOf<typeof targetsText>,
): Promise<(Why & { readonly targets: string }) | null> {
  const [row] = await targetsText.all<Why & { targets: string }>(database, parameters);
  return row ?? null;
}
