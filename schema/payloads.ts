// The payload of an event: enough for its notification, even after the resource is gone. The statement that writes
// the event builds it from the row as the statement leaves it. Under 32 KB, because a row of the log must fit through
// the Data API.

/** Texts of any length are left out when longer than this, and `omitted` lists them. */
const mostBytes = 8_192;

const moment = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** A map of the row, unless it is too long. */
const map = (column: string) => `CASE WHEN pg_column_size(${column}) <= ${mostBytes} THEN ${column} END`;

const object = (fields: Readonly<Record<string, string>>) =>
  `jsonb_build_object(${Object.entries(fields)
    .map(([name, column]) => `'${name}', ${column}`)
    .join(', ')})`;

const owner = { tenant_id: 'r.project_id', user_id: 'r.user_id' };

/** SQL for a jsonb over `r`, a whole row. The names are those of Cinder's notifications. */
const payloads = {
  volume: object({
    ...owner,
    volume_id: 'r.id',
    host: 'r.host',
    availability_zone: 'r.availability_zone',
    display_name: 'r.name',
    status: 'r.status',
    snapshot_id: 'r.snapshot_id',
    volume_type: 'r.volume_type_id',
    size: 'r.size_gib',
    created_at: moment('r.created_at'),
    replication_status: 'r.replication_status',
    metadata: map('r.metadata'),
    image_id: `r.image_metadata ->> 'image_id'`,
    attachments: map('r.attachment_states'),
  }),
  snapshot: object({
    ...owner,
    snapshot_id: 'r.id',
    volume_id: 'r.volume_id',
    volume_size: 'r.size_gib',
    display_name: 'r.name',
    status: 'r.status',
    created_at: moment('r.created_at'),
    metadata: map('r.metadata'),
  }),
  backup: object({
    ...owner,
    backup_id: 'r.id',
    volume_id: 'r.volume_id',
    snapshot_id: 'r.snapshot_id',
    parent_id: 'r.parent_id',
    host: 'r.host',
    availability_zone: 'r.availability_zone',
    display_name: 'r.name',
    size: 'r.size_gib',
    status: 'r.status',
    created_at: moment('r.created_at'),
    fail_reason: 'left(r.fail_reason, 1000)',
    num_dependent_backups: 'r.dependent_count',
  }),
  group: object({
    ...owner,
    group_id: 'r.id',
    group_type: 'r.group_type_id',
    availability_zone: 'r.availability_zone',
    name: 'r.name',
    status: 'r.status',
    replication_status: 'r.replication_status',
    created_at: moment('r.created_at'),
  }),
  group_snapshot: object({
    ...owner,
    group_snapshot_id: 'r.id',
    group_id: 'r.group_id',
    group_type: 'r.group_type_id',
    name: 'r.name',
    status: 'r.status',
    created_at: moment('r.created_at'),
  }),
  snapshot_schedule: object({
    ...owner,
    schedule_id: 'r.id',
    name: 'r.name',
    cron: 'r.cron',
    timezone: 'r.timezone',
    enabled: 'r.enabled',
    next_run_at: moment('r.next_run_at'),
    last_run_at: moment('r.last_run_at'),
    taken: 'r.last_taken',
    removed: 'r.last_removed',
    created_at: moment('r.created_at'),
  }),
} as const;

/** The resources that have events. */
export type EventResource = keyof typeof payloads;

export const hasEvents = (resource: string): resource is EventResource => resource in payloads;

/** The payload of a row `r` of this resource, plus `more`. */
export const payload = (resource: EventResource, more = '') =>
  more === '' ? payloads[resource] : `${payloads[resource]} || ${more}`;
