// The SQL of QoS specs and of the types that have them.
import type { Database } from '../../infra/database/port.ts';
import { bounded } from '../../schema/sizes.ts';
import { fragment, type ParametersOf, statement } from '../../schema/statement.ts';
import type { ListQuery } from '../http/list.ts';
import { type Page, readPage } from '../http/pagination.ts';
import type { Scope } from '../http/policy.ts';
import type { Target } from '../http/target.ts';
import { isEnforced, limitVolumes } from './limiting.ts';
import { absentSpecs, qosSpecsList } from './query.ts';

/** What operations on `/qos-specs/{qos_id}` are done to. */
export const onSpecs: Target<'qos_id'> = { param: 'qos_id', absent: absentSpecs };

/** QoS specs as the database has them; jsonb as text. */
export interface QosSpecsRow {
  readonly id: string;
  readonly name: string;
  readonly consumer: string;
  /** A JSON object of strings. */
  readonly specs: string;
}

const columns = 'r.id::text AS id, r.name, r.consumer, r.specs::text AS specs';

const showText = statement('qos-specs.show', `SELECT ${columns} FROM qos_specs r WHERE r.id = :id::uuid`);

/** Null when there are none of that id. They belong to no project: operators see all of them. */
export async function findSpecs(database: Database, id: string): Promise<QosSpecsRow | null> {
  const [row] = await showText.all<QosSpecsRow>(database, { id });
  return row ?? null;
}

/** One page of QoS specs. */
export function listSpecs(database: Database, query: ListQuery, scope: Scope): Promise<Page<QosSpecsRow>> {
  const source = { name: 'qos-specs.list', columns, from: 'qos_specs r', projectColumn: null };
  return readPage(database, source, qosSpecsList, query, scope);
}

const createText = statement(
  'qos-specs.create',
  `INSERT INTO qos_specs AS r (id, name, consumer, specs, created_at)
VALUES (:id::uuid, :name::text, :consumer::text, ${bounded('QoS specs', ':specs::jsonb')}, :now::timestamptz)
RETURNING ${columns}`,
);

/** Throws a conflict (`qos_specs_name`) when the name is taken. */
export async function insertSpecs(
  database: Database,
  parameters: ParametersOf<typeof createText>,
): Promise<QosSpecsRow> {
  const [row] = await createText.all<QosSpecsRow>(database, parameters);
  if (row === undefined) throw new Error('qos-specs.create returned no row');
  return row;
}

// A null takes its key away, as with extra specs.
/** Types that have got or lost them. */
const ofFreed = (cte: 'freed' | 'changed') =>
  `SELECT t.id FROM ${cte} t WHERE EXISTS (SELECT 1 FROM qos_specs q WHERE q.id = :id::uuid AND ${isEnforced('q.consumer')})`;
const ofThese = 'SELECT t.id FROM volume_types t, changed c WHERE t.qos_specs_id = c.id AND c.is_enforced';
const setText = statement(
  'qos-specs.set',
  [
    // `q` is the row as it was: limits that are not the back end's any more are taken off too.
    fragment(
      'changed',
      `UPDATE qos_specs r SET specs = ${bounded('QoS specs', 'jsonb_strip_nulls(r.specs || :specs::jsonb)')},
    consumer = COALESCE(:consumer::text, r.consumer), updated_at = :now::timestamptz
  FROM qos_specs q WHERE r.id = :id::uuid AND q.id = r.id
  RETURNING r.id, ${isEnforced('r.consumer')} OR ${isEnforced('q.consumer')} AS is_enforced`,
    ),
    limitVolumes(ofThese),
  ],
  'SELECT c.id::text AS id FROM changed c',
);

/** Sets the keys of `specs`, and the consumer unless it is null. False when there are no such QoS specs. */
export async function mergeSpecs(database: Database, parameters: ParametersOf<typeof setText>): Promise<boolean> {
  return (await setText.all(database, parameters)).length > 0;
}

const deleteKeysText = statement(
  'qos-specs.delete-keys',
  [
    fragment('asked', `SELECT k.key FROM jsonb_array_elements_text(:keys::jsonb) AS k (key)`),
    fragment(
      'missing',
      `SELECT min(a.key) AS key FROM asked a, qos_specs r
  WHERE r.id = :id::uuid AND (r.specs -> a.key) IS NULL`,
    ),
    fragment(
      'changed',
      `UPDATE qos_specs r SET updated_at = :now::timestamptz,
    specs = (SELECT COALESCE(jsonb_object_agg(s.key, s.value), '{}') FROM jsonb_each(r.specs) s
      WHERE s.key NOT IN (SELECT key FROM asked))
  WHERE r.id = :id::uuid AND (SELECT key FROM missing) IS NULL
  RETURNING r.id, ${isEnforced('r.consumer')} AS is_enforced`,
    ),
    limitVolumes(ofThese),
  ],
  `SELECT (SELECT count(*) FROM changed)::int AS changed, (SELECT key FROM missing) AS missing
FROM qos_specs r WHERE r.id = :id::uuid`,
);

/** Takes all the keys away, or none of them when one is not there, and then names it. Null: no such QoS specs. */
export async function deleteKeys(
  database: Database,
  parameters: ParametersOf<typeof deleteKeysText>,
): Promise<{ readonly missing: string | null } | null> {
  const [row] = await deleteKeysText.all<{ missing: string | null }>(database, parameters);
  return row ?? null;
}

const deleteText = statement(
  'qos-specs.delete',
  [
    fragment(
      'freed',
      `UPDATE volume_types t SET qos_specs_id = NULL, updated_at = :now::timestamptz
  WHERE t.qos_specs_id = :id::uuid AND :force::boolean
  RETURNING t.id`,
    ),
    limitVolumes(ofFreed('freed')),
    fragment(
      'deleted',
      `DELETE FROM qos_specs r
  WHERE r.id = :id::uuid AND (:force::boolean OR NOT EXISTS (SELECT 1 FROM volume_types t WHERE t.qos_specs_id = r.id))
  RETURNING r.id`,
    ),
  ],
  `SELECT EXISTS (SELECT 1 FROM deleted) AS is_deleted FROM qos_specs r WHERE r.id = :id::uuid`,
);

/**
 * Deletes QoS specs that no type has, and with force those that types have, which lose them. Null when there are none.
 * Throws a conflict (`volume_types_qos_specs`) when a type got them at this moment.
 */
export async function deleteSpecs(
  database: Database,
  parameters: ParametersOf<typeof deleteText>,
): Promise<{ readonly is_deleted: boolean } | null> {
  const [row] = await deleteText.all<{ is_deleted: boolean }>(database, parameters);
  return row ?? null;
}

export interface Associated {
  readonly id: string | null;
  readonly name: string | null;
}

const associationsText = statement(
  'qos-specs.associations',
  `SELECT t.id::text AS id, t.name FROM qos_specs r LEFT JOIN volume_types t ON t.qos_specs_id = r.id
WHERE r.id = :id::uuid ORDER BY t.created_at, t.id`,
);

/** The types that have them, by age; null when there are no such QoS specs. */
export async function listAssociations(database: Database, id: string): Promise<readonly Associated[] | null> {
  const rows = await associationsText.all<Associated>(database, { id });
  return rows.length === 0 ? null : rows.filter((row) => row.id !== null);
}

const associateText = statement(
  'qos-specs.associate',
  [
    fragment(
      'changed',
      `UPDATE volume_types t SET qos_specs_id = :id::uuid, updated_at = :now::timestamptz
  FROM qos_specs r
  WHERE r.id = :id::uuid AND t.id = :type::uuid AND (t.qos_specs_id IS NULL OR t.qos_specs_id = r.id)
  RETURNING t.id`,
    ),
    // `o` is the row as it was: a type that has them already asks for no work.
    limitVolumes(
      `${ofFreed('changed')} AND EXISTS (SELECT 1 FROM volume_types o WHERE o.id = t.id AND o.qos_specs_id IS NULL)`,
    ),
  ],
  `SELECT EXISTS (SELECT 1 FROM changed) AS is_changed,
  EXISTS (SELECT 1 FROM volume_types t WHERE t.id = :type::uuid) AS has_type,
  (SELECT t.qos_specs_id::text FROM volume_types t WHERE t.id = :type::uuid) AS present
FROM qos_specs r WHERE r.id = :id::uuid`,
);

/** What came of an association: whether it is there now, and what stood in its way. */
export interface Association {
  readonly is_changed: boolean;
  readonly has_type: boolean;
  /** The QoS specs that the type had before. */
  readonly present: string | null;
}

/** Gives them to a type that has none, or has them already. Null when there are no such QoS specs. */
export async function associate(
  database: Database,
  parameters: ParametersOf<typeof associateText>,
): Promise<Association | null> {
  const [row] = await associateText.all<Association>(database, parameters);
  return row ?? null;
}

const disassociateText = statement(
  'qos-specs.disassociate',
  [
    fragment(
      'changed',
      `UPDATE volume_types t SET qos_specs_id = NULL, updated_at = :now::timestamptz
  WHERE t.qos_specs_id = :id::uuid AND (:type::uuid IS NULL OR t.id = :type::uuid)
  RETURNING t.id`,
    ),
    limitVolumes(ofFreed('changed')),
  ],
  `SELECT (:type::uuid IS NULL OR EXISTS (SELECT 1 FROM volume_types t WHERE t.id = :type::uuid)) AS has_type
FROM qos_specs r WHERE r.id = :id::uuid`,
);

/**
 * Takes them from one type, or from all with a null type; from one that does not have them, nothing. Null: no such
 * specs.
 */
export async function disassociate(
  database: Database,
  parameters: ParametersOf<typeof disassociateText>,
): Promise<{ readonly has_type: boolean } | null> {
  const [row] = await disassociateText.all<{ has_type: boolean }>(database, parameters);
  return row ?? null;
}
