// The SQL of changing a volume's type.

import type { Database } from '../../infra/database/port.ts';
import { recordEvent } from '../../schema/events.ts';
import { inScope } from '../../schema/expressions.ts';
import { begins, guard, type Why, whyColumns } from '../../schema/machine.ts';
import { queueOperation, schedulerQueue } from '../../schema/operations.ts';
import { refuseQuota } from '../../schema/quotas.ts';
import { fragment, type ParametersOf, statement } from '../../schema/statement.ts';
import { isMultiattach } from '../../schema/volume-types.ts';
import { volumeMachine } from '../../schema/volumes.ts';

const factsText = statement(
  'volumes.retype-facts',
  `WITH wanted AS (
  SELECT t.id, t.extra_specs FROM volume_types t
  WHERE (t.id::text = :type::text OR t.name = :type::text) AND (t.is_public OR :is_admin::boolean OR EXISTS (
    SELECT 1 FROM volume_type_access a WHERE a.volume_type_id = t.id AND a.project_id = :project::text))
  ORDER BY (t.id::text = :type::text) DESC LIMIT 1
)
SELECT ${whyColumns(volumeMachine, 'retype')}, r.multiattach, r.volume_type_id::text AS old_type_id,
  w.id::text AS new_type_id,
  e.volume_type_id IS NOT NULL AS new_is_encrypted, r.encryption_key_id IS NOT NULL AS is_encrypted,
  ROW(e.provider, e.control_location, e.cipher, e.key_size)
    IS NOT DISTINCT FROM ROW(f.provider, f.control_location, f.cipher, f.key_size) AS encryption_matches,
  ${isMultiattach('w.extra_specs')} AS new_is_multiattach
FROM volumes r LEFT JOIN wanted w ON TRUE LEFT JOIN volume_type_encryption e ON e.volume_type_id = w.id
LEFT JOIN volume_type_encryption f ON f.volume_type_id = r.volume_type_id WHERE r.id = :id::uuid AND ${inScope}`,
);

export interface RetypeFacts extends Why {
  readonly multiattach: boolean;
  readonly old_type_id: string | null;
  readonly new_type_id: string | null;
  readonly new_is_encrypted: boolean;
  readonly is_encrypted: boolean;
  /** The new type encrypts as the present one. */
  readonly encryption_matches: boolean;
  readonly new_is_multiattach: boolean;
}

/** Null when there is no such volume. */
export async function readRetypeFacts(
  database: Database,
  parameters: ParametersOf<typeof factsText>,
): Promise<RetypeFacts | null> {
  const [row] = await factsText.all<RetypeFacts>(database, parameters);
  return row ?? null;
}

/** Refuses when the volume and its snapshots would not fit the limits of the new type. They are counted when they have it. */
const fits = fragment(
  'over_limit',
  `SELECT ${refuseQuota({
    quota: 'x.resource',
    typeId: ':type_id::text',
    inUse: 'COALESCE(u.in_use, 0) + x.delta',
    limit: 'COALESCE(q.hard_limit, k.hard_limit)',
    delta: 'x.delta',
  })}
  FROM moved m CROSS JOIN LATERAL (
    SELECT count(*) AS snapshots, COALESCE(sum(s.size_gib), 0) AS gib FROM snapshots s
    WHERE s.volume_id = m.id AND s.project_id = m.project_id AND s.consumes_quota) o
  CROSS JOIN LATERAL (VALUES ('gigabytes', m.size_gib + o.gib), ('snapshots', o.snapshots), ('volumes', 1)) AS x (resource, delta)
  LEFT JOIN quota_usages u ON u.project_id = m.project_id AND u.resource = x.resource AND u.type_id = :type_id::text
  LEFT JOIN quotas q ON q.project_id = m.project_id AND q.resource = x.resource AND q.type_id = :type_id::text
  LEFT JOIN quota_classes k ON k.class_name = 'default' AND k.resource = x.resource AND k.type_id = :type_id::text
  WHERE x.delta > 0 AND COALESCE(q.hard_limit, k.hard_limit, -1) >= 0
    AND COALESCE(u.in_use, 0) + x.delta > COALESCE(q.hard_limit, k.hard_limit)
  ORDER BY x.resource`,
);

/** Whether the limits for the hypervisor change: a host that has the volume already would not learn of it. */
const limitsChange = `EXISTS (
    SELECT 1 FROM volume_types o LEFT JOIN qos_specs a ON a.id = o.qos_specs_id
    JOIN volume_types n ON n.id = :type_id::uuid LEFT JOIN qos_specs b ON b.id = n.qos_specs_id
    WHERE o.id = r.volume_type_id AND o.qos_specs_id IS DISTINCT FROM n.qos_specs_id
      AND (a.consumer <> 'back-end' OR b.consumer <> 'back-end'))`;

const beginText = statement(
  'volumes.retype',
  [
    fragment(
      'moved',
      `UPDATE volumes r SET ${begins(volumeMachine, 'retype')}
  WHERE r.id = :id::uuid AND ${inScope} AND r.volume_type_id IS DISTINCT FROM :type_id::uuid
    AND ${guard(volumeMachine, 'retype')} AND (r.status = 'available' OR NOT ${limitsChange})
  RETURNING r.*`,
    ),
    fits,
    queueOperation('moved', `'${schedulerQueue}'`),
    recordEvent('event', 'moved', `'volume.retype.start'`, 'volume', `jsonb_build_object('type_id', :type_id::uuid)`),
  ],
  `SELECT operation_id FROM operation WHERE (SELECT count(*) FROM over_limit) = 0`,
);

/** Queues it for the scheduler, which says whether it can stay where it is; false when it may not be retyped now. */
export async function beginRetype(database: Database, parameters: ParametersOf<typeof beginText>): Promise<boolean> {
  return (await beginText.all(database, parameters)).length > 0;
}
