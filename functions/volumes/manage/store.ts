// The SQL of volumes that are made from what is on a back end already.
import type { Database } from '../../../infra/database/port.ts';
import { recordEvent } from '../../../schema/events.ts';
import { beginning } from '../../../schema/machine.ts';
import { queueOperation, schedulerQueue } from '../../../schema/operations.ts';
import { countQuota, volumeDeltas } from '../../../schema/quotas.ts';
import { clusterOf, isDisabled, isNamed, isOfCluster, isUp, takesWork } from '../../../schema/services.ts';
import { bounded } from '../../../schema/sizes.ts';
import { fragment, type ParametersOf, statement } from '../../../schema/statement.ts';
import { isMultiattach } from '../../../schema/volume-types.ts';
import { type VolumeRow, volumeMachine } from '../../../schema/volumes.ts';
import type { ServiceFacts } from '../../services/backend.ts';
import { volumeColumns, withType } from '../store.ts';

/** The pools that are named: the one, or all of the back end. Of a cluster, those of its first service that takes work. */
const found = [
  fragment(
    'service',
    `SELECT s.host, s.cluster_name, ${isDisabled('s')} AS is_disabled, s.frozen, ${isUp('s')} AS is_up
  FROM services s WHERE ${isNamed('s')}
  ORDER BY (${takesWork('s')} AND NOT s.frozen) DESC, s.host LIMIT 1`,
  ),
  fragment(
    'pool',
    `SELECT p.name, p.availability_zone FROM pools p JOIN service s ON s.host = p.backend
  WHERE :host::text IN (p.name, p.backend) OR ${isOfCluster('s', 'p')}`,
  ),
  fragment(
    'wanted',
    `SELECT t.id, t.extra_specs,
    EXISTS (SELECT 1 FROM volume_type_encryption e WHERE e.volume_type_id = t.id) AS is_encrypted
  FROM volume_types t
  WHERE CASE WHEN :type::text IS NOT NULL THEN t.id::text = :type::text OR t.name = :type::text
    ELSE t.id = COALESCE((SELECT d.volume_type_id FROM default_volume_types d WHERE d.project_id = :project::text),
      (SELECT n.id FROM volume_types n WHERE n.name = :default_type::text)) END
  ORDER BY (t.id::text = :type::text) DESC LIMIT 1`,
  ),
] as const;

const manageText = statement(
  'volumes.manage',
  [
    found,
    fragment(
      'volume',
      `INSERT INTO volumes (id, project_id, user_id, name, description, size_gib, status, availability_zone, host,
    cluster_name, volume_type_id, bootable, multiattach, metadata, adopts, created_at)
  SELECT :id::uuid, :project::text, :actor_id::text, :name::text, :description::text, 0, ${beginning(volumeMachine, 'manage')},
    p.availability_zone, p.name, ${clusterOf('p.name')}, w.id, :bootable::boolean,
    ${isMultiattach('w.extra_specs')}, ${bounded('volume metadata', ':metadata::jsonb')}, :reference::jsonb,
    :now::timestamptz
  FROM pool p CROSS JOIN wanted w JOIN service s ON s.is_up AND NOT s.is_disabled AND NOT s.frozen
  WHERE (SELECT count(*) FROM pool) = 1 AND NOT w.is_encrypted
  RETURNING *`,
    ),
    countQuota(volumeDeltas('volume', 1)),
    queueOperation('volume', `'${schedulerQueue}'`),
    recordEvent(
      'event',
      'volume',
      `'volume.manage_existing.start'`,
      'volume',
      `jsonb_build_object('reference', r.adopts)`,
    ),
  ],
  `SELECT ${volumeColumns} FROM ${withType('volume')} WHERE (SELECT count(*) FROM over_limit) = 0`,
);

/** Makes the row without a size, counts it, and queues its taking over; null when something stands in the way. */
export async function insertManaged(
  database: Database,
  parameters: ParametersOf<typeof manageText>,
): Promise<VolumeRow | null> {
  const [row] = await manageText.all<VolumeRow>(database, parameters);
  return row ?? null;
}

const whyText = statement(
  'volumes.manage-refused',
  [found],
  `SELECT s.host, COALESCE(s.is_disabled, FALSE) AS is_disabled, COALESCE(s.is_up, FALSE) AS is_up,
  COALESCE(s.frozen, FALSE) AS is_frozen, (SELECT count(*) FROM pool)::int AS pools,
  (SELECT w.id::text FROM wanted w) AS type_id, COALESCE((SELECT w.is_encrypted FROM wanted w), FALSE) AS is_encrypted
FROM (SELECT 1) one LEFT JOIN service s ON TRUE`,
);

export interface ManageWhy extends ServiceFacts {
  /** Null: there is no such back end. */
  readonly host: string | null;
  readonly is_frozen: boolean;
  readonly pools: number;
  readonly type_id: string | null;
  readonly is_encrypted: boolean;
}

/** What stood in the way. */
export async function whyNotManage(database: Database, parameters: ParametersOf<typeof whyText>): Promise<ManageWhy> {
  const [row] = await whyText.all<ManageWhy>(database, parameters);
  if (row === undefined) throw new Error('volumes.manage-refused returned no row');
  return row;
}
