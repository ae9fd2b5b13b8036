// The SQL of snapshots that are made from what is on a back end already.
import type { Database } from '../../../infra/database/port.ts';
import { recordEvent } from '../../../schema/events.ts';
import { inScope } from '../../../schema/expressions.ts';
import { beginning, guard, type Why, whyColumns } from '../../../schema/machine.ts';
import { backendQueueOf, queueOperation } from '../../../schema/operations.ts';
import { countQuota, snapshotDeltas } from '../../../schema/quotas.ts';
import { isDisabled, isUp, takesWork } from '../../../schema/services.ts';
import { bounded } from '../../../schema/sizes.ts';
import { snapshotMachine } from '../../../schema/snapshots.ts';
import { fragment, type ParametersOf, statement } from '../../../schema/statement.ts';
import { snapshotColumns } from '../../../schema/statements/snapshots.ts';
import { volumeMachine } from '../../../schema/volumes.ts';
import type { ServiceFacts } from '../../services/backend.ts';
import type { CreatedSnapshot } from '../store.ts';

const service = `services s ON s.host = split_part(r.host, '#', 1) AND s."binary" = 'cinder-volume'`;

// As large as its volume until the back end has said how large it is.
const manageText = statement(
  'snapshots.manage',
  [
    fragment(
      'volume',
      `UPDATE volumes r SET snapshot_count = r.snapshot_count + 1
  WHERE r.id = :volume_id::uuid AND ${inScope} AND ${guard(volumeMachine, 'snapshot_in_use')}
    AND EXISTS (SELECT 1 FROM services s WHERE s.host = split_part(r.host, '#', 1) AND s."binary" = 'cinder-volume'
      AND ${takesWork('s')})
  RETURNING r.id, r.project_id, r.host, r.size_gib, r.volume_type_id`,
    ),
    fragment(
      'snapshot',
      `INSERT INTO snapshots (id, project_id, user_id, volume_id, name, description, size_gib, status, metadata,
    volume_type_id, adopts, created_at)
  SELECT :id::uuid, v.project_id, :actor_id::text, v.id, :name::text, :description::text, v.size_gib,
    ${beginning(snapshotMachine, 'manage')},
    ${bounded('snapshot metadata', ':metadata::jsonb')}, v.volume_type_id, :reference::jsonb, :now::timestamptz
  FROM volume v
  RETURNING *`,
    ),
    fragment('placed', `SELECT s.id, s.project_id, v.host FROM snapshot s JOIN volume v ON v.id = s.volume_id`),
    countQuota(snapshotDeltas('snapshot', 1)),
    queueOperation('placed', backendQueueOf('r.host')),
    recordEvent(
      'event',
      'snapshot',
      `'snapshot.manage_existing_snapshot.start'`,
      'snapshot',
      `jsonb_build_object('reference', r.adopts)`,
    ),
  ],
  `SELECT ${snapshotColumns}, (SELECT queue FROM operation) AS queue FROM snapshot r
WHERE (SELECT count(*) FROM over_limit) = 0`,
);

/** Makes the row, counts it and queues its taking over; null when something stands in the way. */
export async function insertManaged(
  database: Database,
  parameters: ParametersOf<typeof manageText>,
): Promise<CreatedSnapshot | null> {
  const [row] = await manageText.all<CreatedSnapshot>(database, parameters);
  return row ?? null;
}

const whyText = statement(
  'snapshots.why-not-manage',
  `SELECT ${whyColumns(volumeMachine, 'snapshot_in_use')}, r.host, COALESCE(${isDisabled('s')}, FALSE) AS is_disabled,
  COALESCE(${isUp('s')}, FALSE) AS is_up
FROM volumes r LEFT JOIN ${service} WHERE r.id = :volume_id::uuid AND ${inScope}`,
);

/** What stood in the way; null when there is no such volume. */
export async function whyNotManage(
  database: Database,
  parameters: ParametersOf<typeof whyText>,
): Promise<(Why & ServiceFacts & { readonly host: string | null }) | null> {
  const [row] = await whyText.all<Why & ServiceFacts & { host: string | null }>(database, parameters);
  return row ?? null;
}
