// What an import would create from a dump of Cinder, and what it refuses and why. Pure: what already exists is an
// argument.
import { type CinderRow, type Dump, isTrue, textOf, timeOf } from './dump.ts';

export interface PlannedSpecs {
  readonly id: string;
  readonly name: string;
  readonly consumer: string;
  readonly specs: Readonly<Record<string, string>>;
}

export interface PlannedType {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly isPublic: boolean;
  readonly extraSpecs: Readonly<Record<string, string>>;
  readonly projects: readonly string[];
  readonly qosSpecsId: string | null;
  readonly encryption: CinderRow<'encryption'> | null;
}

export interface PlannedLimit {
  /** A project, or the class `default`. */
  readonly owner: string;
  readonly isClass: boolean;
  /** `volumes`, `gigabytes_fast`. */
  readonly key: string;
  readonly limit: number;
}

interface Planned {
  readonly id: string;
  readonly project: string;
  readonly user: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly sizeGiB: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: string;
  /** Its name on the back end. */
  readonly object: string;
}

export interface PlannedVolume extends Planned {
  /** host@backend#pool of Scoria. */
  readonly host: string;
  /** Null: the default type. */
  readonly type: string | null;
  readonly bootable: boolean;
  readonly imageMetadata: Readonly<Record<string, string>> | null;
}

export interface PlannedSnapshot extends Planned {
  readonly volume: string;
}

export interface Refused {
  readonly what: 'qos' | 'type' | 'volume' | 'snapshot' | 'attachment' | 'limit';
  readonly id: string;
  readonly name: string | null;
  readonly why: string;
}

export interface Plan {
  readonly qosSpecs: readonly PlannedSpecs[];
  readonly types: readonly PlannedType[];
  readonly limits: readonly PlannedLimit[];
  readonly volumes: readonly PlannedVolume[];
  readonly snapshots: readonly PlannedSnapshot[];
  readonly refused: readonly Refused[];
  /** Rows that are not considered one by one. */
  readonly left: readonly { readonly what: string; readonly count: number; readonly why: string }[];
}

/** What Scoria already has. */
export interface Present {
  /** Ids by their names. */
  readonly types: ReadonlyMap<string, string>;
  readonly qosSpecs: ReadonlyMap<string, string>;
  /** host@backend#pool of those that accept work. */
  readonly pools: ReadonlySet<string>;
}

export interface Wishes {
  /** Cinder's host@backend or host@backend#pool, and the Scoria pool that now has its objects. */
  readonly hosts: ReadonlyMap<string, string>;
  /** Cinder's volume_name_template and snapshot_name_template. */
  readonly volumeName: string;
  readonly snapshotName: string;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

type Pair = { readonly key: unknown; readonly value: unknown };

/** The key-value pairs of each owner. */
function pairsOf<Row extends Pair>(
  rows: readonly Row[],
  owner: (row: Row) => unknown,
): Map<string, Record<string, string>> {
  const all = new Map<string, Record<string, string>>();
  for (const row of rows) {
    if (owner(row) === null) continue;
    const pairs = all.get(String(owner(row))) ?? {};
    pairs[String(row.key)] = String(row.value ?? '');
    all.set(String(owner(row)), pairs);
  }
  return all;
}

export function planOf(dump: Dump, present: Present, wishes: Wishes): Plan {
  const refused: Refused[] = [];
  const qosSpecs = specsOf(dump);
  const types = typesOf(dump);
  // If the name is taken, Scoria's own stays.
  const typeIds = new Map(types.map((one) => [one.id, present.types.get(one.name) ?? one.id]));
  const volumes = volumesOf(dump, { present, wishes, typeIds, types, refused });
  const snapshots = snapshotsOf(dump, wishes, new Set(volumes.map((one) => one.id)), refused);
  for (const one of dump.volume_attachment) {
    if (textOf(one.attach_status) === 'detached') continue;
    const server = textOf(one.instance_uuid) ?? textOf(one.attached_host);
    const why = `volume ${one.volume_id} is attached to ${server}: detach it, import it, and attach it again`;
    refused.push({ what: 'attachment', id: String(one.id), name: null, why });
  }
  const limits = limitsOf(dump, new Set(types.map((one) => one.name)), refused);
  const left = [
    {
      what: 'backups',
      count: dump.backups.length,
      why: 'Cinder has a format of its own: keep it for restores, or back up again here',
    },
    { what: 'groups', count: dump.groups.length, why: 'volumes come without their group: make it again and add them' },
    { what: 'transfers', count: dump.transfers.length, why: 'whoever offers a volume has to offer it again' },
  ].filter((one) => one.count > 0);
  return { qosSpecs, types, limits, volumes, snapshots, refused, left };
}

/** The root row has the name; the other rows are the consumer and the specs. */
function specsOf(dump: Dump): PlannedSpecs[] {
  const roots = dump.quality_of_service_specs.filter((one) => one.specs_id === null);
  const pairs = pairsOf(dump.quality_of_service_specs, (one) => one.specs_id);
  return roots.map((root) => {
    const { consumer = 'back-end', ...specs } = pairs.get(String(root.id)) ?? {};
    return { id: String(root.id), name: String(root.value), consumer, specs };
  });
}

function typesOf(dump: Dump): PlannedType[] {
  const extra = pairsOf(dump.volume_type_extra_specs, (one) => one.volume_type_id);
  return dump.volume_types.map((one) => ({
    id: String(one.id),
    name: String(one.name),
    description: textOf(one.description),
    isPublic: isTrue(one.is_public),
    extraSpecs: extra.get(String(one.id)) ?? {},
    projects: dump.volume_type_projects
      .filter((access) => access.volume_type_id === one.id)
      .map((access) => String(access.project_id)),
    qosSpecsId: textOf(one.qos_specs_id),
    encryption: dump.encryption.find((row) => row.volume_type_id === one.id) ?? null,
  }));
}

const known = new Set([
  'volumes',
  'snapshots',
  'gigabytes',
  'backups',
  'backup_gigabytes',
  'per_volume_gigabytes',
  'groups',
]);
/** Kinds of groups that Scoria counts as groups. */
const without = new Set(['consistencygroups']);
const typed = /^(volumes|gigabytes|snapshots)_(.+)$/;

function limitsOf(dump: Dump, types: ReadonlySet<string>, refused: Refused[]): PlannedLimit[] {
  const rows = [
    ...dump.quota_classes
      .filter((one) => one.class_name === 'default')
      .map((one) => ({ ...one, owner: 'default', isClass: true })),
    ...dump.quotas.map((one) => ({ ...one, owner: String(one.project_id), isClass: false })),
  ];
  return rows.flatMap((row) => {
    const key = String(row.resource);
    if (without.has(key)) return [];
    const limit = Number(row.hard_limit);
    const type = typed.exec(key)?.[2];
    const why =
      !known.has(key) && (type === undefined || !types.has(type))
        ? `Scoria has no limit of ${key}`
        : Number.isInteger(limit) && limit >= -1
          ? null
          : `${row.hard_limit} is no limit`;
    if (why === null) return [{ owner: row.owner, isClass: row.isClass, key, limit }];
    refused.push({ what: 'limit', id: row.owner, name: key, why });
    return [];
  });
}

interface Around {
  readonly present: Present;
  readonly wishes: Wishes;
  readonly typeIds: ReadonlyMap<string, string>;
  readonly types: readonly PlannedType[];
  readonly refused: Refused[];
}

function volumesOf(dump: Dump, around: Around): PlannedVolume[] {
  const metadata = pairsOf(dump.volume_metadata, (one) => one.volume_id);
  const image = pairsOf(dump.volume_glance_metadata, (one) => one.volume_id);
  return dump.volumes.flatMap((one): PlannedVolume[] => {
    const id = String(one.id);
    const host = hostOf(textOf(one.host), around.wishes.hosts);
    const why = whyNotVolume(one, host, around);
    if (why !== null || host === null) {
      around.refused.push({ what: 'volume', id, name: textOf(one.display_name), why: why ?? '' });
      return [];
    }
    const type = textOf(one.volume_type_id);
    return [
      {
        ...{ id, host, project: String(one.project_id), user: String(one.user_id) },
        name: textOf(one.display_name),
        description: textOf(one.display_description),
        sizeGiB: Number(one.size),
        metadata: metadata.get(id) ?? {},
        createdAt: timeOf(one.created_at) ?? '',
        object: around.wishes.volumeName.replace('%s', textOf(one._name_id) ?? id),
        type: type === null ? null : (around.typeIds.get(type) ?? type),
        bootable: isTrue(one.bootable),
        imageMetadata: image.get(id) ?? null,
      },
    ];
  });
}

function hostOf(host: string | null, hosts: Wishes['hosts']): string | null {
  if (host === null) return null;
  return hosts.get(host) ?? hosts.get(host.split('#')[0] ?? '') ?? null;
}

/** Why a volume stays where it is; null: it can be imported. */
function whyNotVolume(one: CinderRow<'volumes'>, host: string | null, around: Around): string | null {
  const status = textOf(one.status);
  const migration = textOf(one.migration_status);
  const type = textOf(one.volume_type_id);
  if (!uuid.test(String(one.id))) return 'its id is no UUID';
  if (status === 'in-use') return 'it is attached: detach it, or stop and shelve its server';
  if (status !== 'available') return `its status is ${status}: let it end, or reset it`;
  if (migration !== null && !['none', 'success', 'error'].includes(migration))
    return `it is being migrated (${migration})`;
  if (textOf(one.encryption_key_id) !== null) return 'it is encrypted: copy its data in a server';
  const encrypted = around.types.find((each) => each.id === type)?.encryption;
  if (encrypted != null) return 'its type encrypts: retype it first';
  if (type !== null && !around.typeIds.has(type)) return `its type ${type} is not in the dump`;
  if (host === null) return `--hosts says nothing of ${textOf(one.host) ?? 'a volume without a host'}`;
  if (!around.present.pools.has(host)) return `no pool ${host} takes work: see openstack volume backend pool list`;
  if (timeOf(one.created_at) === null) return 'nobody knows when it was made';
  return null;
}

function snapshotsOf(dump: Dump, wishes: Wishes, volumes: ReadonlySet<string>, refused: Refused[]): PlannedSnapshot[] {
  const metadata = pairsOf(dump.snapshot_metadata, (one) => one.snapshot_id);
  return dump.snapshots.flatMap((one): PlannedSnapshot[] => {
    const id = String(one.id);
    const status = textOf(one.status);
    const why = !uuid.test(id)
      ? 'its id is no UUID'
      : status !== 'available'
        ? `its status is ${status}`
        : !volumes.has(String(one.volume_id))
          ? `its volume ${one.volume_id} does not come`
          : timeOf(one.created_at) === null
            ? 'nobody knows when it was made'
            : null;
    if (why !== null) {
      refused.push({ what: 'snapshot', id, name: textOf(one.display_name), why });
      return [];
    }
    return [
      {
        ...{ id, volume: String(one.volume_id), project: String(one.project_id), user: String(one.user_id) },
        name: textOf(one.display_name),
        description: textOf(one.display_description),
        sizeGiB: Number(one.volume_size),
        metadata: metadata.get(id) ?? {},
        createdAt: timeOf(one.created_at) ?? '',
        object: wishes.snapshotName.replace('%s', id),
      },
    ];
  });
}
