// Which rows of Cinder's database an import reads, and the queries that an operator runs with that database's own
// client. They print one line of JSON per row, so we need neither a driver for it nor its password.

/** The columns of each table. All of them exist since Cinder 15 (Train). */
export const cinderTables = {
  quality_of_service_specs: ['id', 'specs_id', 'key', 'value'],
  volume_types: ['id', 'name', 'description', 'is_public', 'qos_specs_id'],
  volume_type_extra_specs: ['volume_type_id', 'key', 'value'],
  volume_type_projects: ['volume_type_id', 'project_id'],
  encryption: ['volume_type_id', 'encryption_id', 'provider', 'control_location', 'cipher', 'key_size'],
  quota_classes: ['class_name', 'resource', 'hard_limit'],
  quotas: ['project_id', 'resource', 'hard_limit'],
  volumes: [
    ...['id', '_name_id', 'user_id', 'project_id', 'host', 'size', 'status', 'attach_status', 'migration_status'],
    ...['display_name', 'display_description', 'volume_type_id', 'bootable', 'encryption_key_id', 'multiattach'],
    ...['group_id', 'consistencygroup_id', 'replication_status', 'created_at'],
  ],
  volume_metadata: ['volume_id', 'key', 'value'],
  volume_glance_metadata: ['volume_id', 'key', 'value'],
  volume_attachment: ['id', 'volume_id', 'instance_uuid', 'attached_host', 'attach_status'],
  snapshots: [
    ...['id', 'volume_id', 'user_id', 'project_id', 'status', 'volume_size', 'display_name', 'display_description'],
    ...['encryption_key_id', 'created_at'],
  ],
  snapshot_metadata: ['snapshot_id', 'key', 'value'],
  backups: ['id', 'volume_id', 'status'],
  groups: ['id'],
  transfers: ['id'],
} as const;

export type CinderTable = keyof typeof cinderTables;

/** The version of the format. The first line states it; the last line shows that nothing is missing. */
export const dumpFormat = 1;

interface Dialect {
  readonly begin: string;
  readonly quote: (name: string) => string;
  readonly object: string;
  readonly isLive: string;
}

const double = (name: string) => `"${name}"`;

export const dialects = {
  mysql: {
    begin: 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY;',
    quote: (name) => `\`${name}\``,
    object: 'JSON_OBJECT',
    isLive: 'deleted = 0',
  },
  postgresql: {
    begin: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;',
    quote: double,
    object: 'json_build_object',
    // A boolean in most tables, a number in one.
    isLive: 'deleted::int = 0',
  },
  sqlite: { begin: 'BEGIN;', quote: double, object: 'json_object', isLive: 'deleted = 0' },
} satisfies Readonly<Record<string, Dialect>>;

export type DialectName = keyof typeof dialects;

/** One transaction that reads everything at one moment in time, and changes nothing. */
export function queriesOf(name: DialectName): string {
  const { begin, quote, object, isLive }: Dialect = dialects[name];
  const line = (pairs: readonly (readonly [string, string])[]) =>
    `${object}(${pairs.map(([key, value]) => `'${key}', ${value}`).join(', ')})`;
  const selects = Object.entries(cinderTables).map(([table, columns]) => {
    const pairs = columns.map((column) => [column, quote(column)] as const);
    return `SELECT ${line([['table', `'${table}'`], ...pairs])} FROM ${quote(table)} WHERE ${isLive};`;
  });
  const first = `SELECT ${line([
    ['table', `'cinder'`],
    ['format', String(dumpFormat)],
  ])};`;
  return `${[begin, first, ...selects, `SELECT ${line([['table', `'end'`]])};`, 'COMMIT;'].join('\n')}\n`;
}
