import { shownStatus, type VolumeRow, volumeMachine } from '../../schema/volumes.ts';
import * as is from '../http/answer-types.ts';
import { isAt } from '../http/microversion.ts';
import { field, time, view } from '../http/view.ts';

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

const attachment = is.object({
  id: is.uuid,
  attachment_id: is.uuid,
  volume_id: is.uuid,
  server_id: is.orNull(is.uuid),
  host_name: is.orNull(is.text),
  device: is.orNull(is.text),
  attached_at: is.orNull(is.moment),
});

const sharedTargets: is.AnswerType<boolean | null> = {
  at: (minor) => (isAt(minor, 'shared-targets-null') ? is.orNull(is.boolean) : is.boolean).at(minor),
};

const migration = 'volume_extension:volume_mig_status_attribute';

/** A volume as answers show it; `in: 'detail'` leaves a field out of the plain list. */
export const volumeView = view<VolumeRow>({
  id: field(is.uuid, (row) => row.id),
  status: field(is.among(volumeMachine.states), (row) => shownStatus[row.status] ?? row.status),
  size: field(is.count, (row) => row.size_gib),
  availability_zone: field(is.orNull(is.text), (row) => row.availability_zone),
  created_at: field(is.moment, (row) => time(row.created_at)),
  updated_at: field(is.orNull(is.moment), (row) => time(row.updated_at)),
  name: field(is.orNull(is.text), (row) => row.name),
  description: field(is.orNull(is.text), (row) => row.description),
  volume_type: field(is.orNull(is.text), (row) => row.volume_type_name),
  snapshot_id: field(is.orNull(is.uuid), (row) => row.snapshot_id),
  source_volid: field(is.orNull(is.uuid), (row) => row.source_volid),
  metadata: field(is.texts, metadata, { text: (row) => (row.admin_metadata === '{}' ? row.metadata : null) }),
  links: field(is.links, (row, context) => context.links.of('volumes', row.id), {
    text: (row, context) => context.links.textOf('volumes', row.id),
  }),
  user_id: field(is.text, (row) => row.user_id),
  bootable: field(is.word('true', 'false'), (row) => (row.bootable ? 'true' : 'false')),
  encrypted: field(is.boolean, (row) => row.encryption_key_id !== null),
  replication_status: field(is.orNull(is.text), (row) => row.replication_status),
  consistencygroup_id: field(is.orNull(is.uuid), (row) => row.consistencygroup_id),
  multiattach: field(is.boolean, (row) => row.multiattach),
  attachments: field(is.listOf(attachment), (row, context) => attachments(row, context.allows(admin)), {
    text: (row) => (row.attachments === null ? '[]' : null),
  }),
  migration_status: field(is.orNull(is.text), (row) => row.migration_status, { policy: migration }),
  'os-vol-host-attr:host': field(is.orNull(is.text), (row) => row.host, { in: 'detail', policy: admin }),
  'os-vol-mig-status-attr:migstat': field(is.orNull(is.text), (row) => row.migration_status, {
    in: 'detail',
    policy: migration,
  }),
  'os-vol-mig-status-attr:name_id': field(is.orNull(is.uuid), (row) => row.name_id, {
    in: 'detail',
    policy: migration,
  }),
  'os-vol-tenant-attr:tenant_id': field(is.text, (row) => row.project_id, {
    in: 'detail',
    policy: 'volume_extension:volume_tenant_attribute',
  }),
  volume_image_metadata: field(
    is.optional(is.texts),
    (row) => (row.image_metadata === null ? undefined : JSON.parse(row.image_metadata)),
    { in: 'detail', policy: 'volume_extension:volume_image_metadata:show' },
  ),
  group_id: field(is.orNull(is.uuid), (row) => row.group_id, { since: '3.13' }),
  provider_id: field(is.orNull(is.text), (row) => row.provider_id, { since: '3.21', policy: admin }),
  service_uuid: field(is.orNull(is.uuid), (row) => row.service_uuid, { since: '3.48' }),
  shared_targets: field(
    sharedTargets,
    (row, context) =>
      row.shared_targets === null && !isAt(context.minor, 'shared-targets-null') ? true : row.shared_targets,
    { since: '3.48' },
  ),
  cluster_name: field(is.orNull(is.text), (row) => row.cluster_name, { since: '3.61', policy: admin }),
  volume_type_id: field(is.orNull(is.uuid), (row) => row.volume_type_id, { since: '3.63' }),
  encryption_key_id: field(is.optional(is.uuid), (row) => row.encryption_key_id ?? undefined, { since: '3.64' }),
  consumes_quota: field(is.boolean, (row) => row.consumes_quota, { since: '3.65' }),
});

/** A volume in a list without /detail. */
export const volumeSummaryView = view<Pick<VolumeRow, 'id' | 'name'>>({
  id: field(is.uuid, (row) => row.id),
  name: field(is.orNull(is.text), (row) => row.name),
  links: field(is.links, (row, context) => context.links.of('volumes', row.id), {
    text: (row, context) => context.links.textOf('volumes', row.id),
  }),
});
