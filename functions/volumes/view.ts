import { shownStatus, type VolumeRow } from '../../schema/volumes.ts';
import { isAt } from '../http/microversion.ts';
import { time, view } from '../http/view.ts';

interface AttachmentJson {
  readonly id: string;
  readonly instance_uuid: string | null;
  readonly attached_host: string | null;
  readonly mountpoint: string | null;
  readonly attached_at: string | null;
}

const admin = 'volume_extension:volume_host_attribute';

/** The user's metadata with the keys of the service that users may see. */
function metadata(row: VolumeRow): Record<string, string> {
  const own = JSON.parse(row.metadata) as Record<string, string>; // a jsonb object of strings by the body schema
  if (row.admin_metadata === '{}') return own;
  const { readonly, attached_mode } = JSON.parse(row.admin_metadata) as Record<string, string>;
  return {
    ...own,
    ...(readonly === undefined ? {} : { readonly }),
    ...(attached_mode === undefined ? {} : { attached_mode }),
  };
}

function attachments(row: VolumeRow, showsHost: boolean) {
  if (row.attachments === null) return [];
  const all = JSON.parse(row.attachments) as AttachmentJson[]; // built by volumeColumns in store.ts
  return all.map((one) => ({
    id: row.id,
    attachment_id: one.id,
    volume_id: row.id,
    server_id: one.instance_uuid,
    host_name: showsHost ? one.attached_host : null,
    device: one.mountpoint,
    attached_at: time(one.attached_at),
  }));
}

/** A volume as every answer shows it. Summaries of lists have only id, name and links: summaryOf(). */
export const volumeView = view<VolumeRow>({
  id: (row) => row.id,
  status: (row) => shownStatus[row.status] ?? row.status,
  size: (row) => row.size_gib,
  availability_zone: (row) => row.availability_zone,
  created_at: (row) => time(row.created_at),
  updated_at: (row) => time(row.updated_at),
  name: (row) => row.name,
  description: (row) => row.description,
  volume_type: (row) => row.volume_type_name,
  snapshot_id: (row) => row.snapshot_id,
  source_volid: (row) => row.source_volid,
  metadata,
  links: (row, look) => look.links.of('volumes', row.id),
  user_id: (row) => row.user_id,
  bootable: (row) => (row.bootable ? 'true' : 'false'),
  encrypted: (row) => row.encryption_key_id !== null,
  replication_status: (row) => row.replication_status,
  consistencygroup_id: (row) => row.consistencygroup_id,
  multiattach: (row) => row.multiattach,
  attachments: (row, look) => attachments(row, look.allows(admin)),
  migration_status: { policy: 'volume_extension:volume_mig_status_attribute', get: (row) => row.migration_status },
  'os-vol-host-attr:host': { in: 'detail', policy: admin, get: (row) => row.host },
  'os-vol-mig-status-attr:migstat': {
    in: 'detail',
    policy: 'volume_extension:volume_mig_status_attribute',
    get: (row) => row.migration_status,
  },
  'os-vol-mig-status-attr:name_id': {
    in: 'detail',
    policy: 'volume_extension:volume_mig_status_attribute',
    get: () => null,
  },
  'os-vol-tenant-attr:tenant_id': {
    in: 'detail',
    policy: 'volume_extension:volume_tenant_attribute',
    get: (row) => row.project_id,
  },
  volume_image_metadata: {
    in: 'detail',
    policy: 'volume_extension:volume_image_metadata:show',
    get: (row) => (row.image_metadata === null ? undefined : JSON.parse(row.image_metadata)),
  },
  group_id: { since: '3.13', get: (row) => row.group_id },
  provider_id: { since: '3.21', policy: admin, get: (row) => row.provider_id },
  service_uuid: { since: '3.48', get: (row) => row.service_uuid },
  shared_targets: {
    since: '3.48',
    get: (row, look) =>
      row.shared_targets === null && !isAt(look.minor, 'shared-targets-null') ? true : row.shared_targets,
  },
  cluster_name: { since: '3.61', policy: admin, get: (row) => row.cluster_name },
  volume_type_id: { since: '3.63', get: (row) => row.volume_type_id },
  encryption_key_id: { since: '3.64', get: (row) => row.encryption_key_id ?? undefined },
  consumes_quota: { since: '3.65', get: (row) => row.consumes_quota },
});

/** A volume in a list without /detail. */
export const volumeSummaryView = view<Pick<VolumeRow, 'id' | 'name'>>({
  id: (row) => row.id,
  name: (row) => row.name,
  links: (row, look) => look.links.of('volumes', row.id),
});
