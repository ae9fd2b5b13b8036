// The statements over 6 KB: why each is one statement, how it reads, and what planning it takes. The plan is EXPLAIN's for
// any value, on the embedded database with empty tables and enable_seqscan off: a table that is read whole all the same has no
// index for it there, or is hashed for a subquery (groups.delete-with-volumes is read off 50,000 volumes: empty, it hashes them). Milliseconds: the median of 15 on an idle machine; a plan is kept after its first
// uses on a connection.

export interface Large {
  readonly why: string;
  readonly plan: string;
  readonly planMilliseconds: number;
}

/** Bytes that a statement has at most without a row here. */
export const mostBytes = 6144;

const create = `a new volume with its key, quota, work and event is all there or not at all (1.5 KB of it is the quota)`;
const attach = `what an attachment is follows from the map on its volume's row, which is locked and rewritten in one statement`;

const remove = 'a volume begins to go, or is gone at once with its quota and its work, each with its event';

export const largeStatements: Readonly<Record<string, Large>> = {
  'attachments.connect': { why: attach, plan: 'attachments_pkey, volumes_pkey', planMilliseconds: 2.1 },
  'attachments.create': { why: attach, plan: 'volumes_pkey', planMilliseconds: 2.0 },
  'attachments.give-up': {
    why: 'ends the operation, the attachment and its volume as the failure would, and answers in the same statement',
    plan: 'attachments_of_volume, attachments_pkey, operations_open, operations_pkey, volumes_pkey',
    planMilliseconds: 2.5,
  },
  'attachments.give-up-result': {
    why: 'as attachments.give-up, for a request without an attachment',
    plan: 'attachments_pkey, operations_open, operations_pkey, volumes_pkey',
    planMilliseconds: 1.6,
  },
  'attachments.remove': {
    why: attach,
    plan: 'attachments_of_volume, attachments_pkey, volumes_pkey',
    planMilliseconds: 2.1,
  },
  'attachments.remove-of-volume': {
    why: attach,
    plan: 'attachments_of_volume, attachments_pkey, volumes_pkey',
    planMilliseconds: 1.7,
  },
  'backups.create-backup': {
    why: 'the backup, its key, its quota and its work, and what it reads is moved meanwhile',
    plan: 'backups_pkey, encryption_keys_pkey, quota_classes_once, quotas_once, snapshots_of_volume, volumes_on_host, volumes_pkey; whole: volume_types',
    planMilliseconds: 2.2,
  },
  'backups.create-backup_in_use': {
    why: 'as backups.create-backup, of a volume in use',
    plan: 'backups_pkey, encryption_keys_pkey, quota_classes_once, quotas_once, snapshots_of_volume, volumes_on_host, volumes_pkey; whole: volume_types',
    planMilliseconds: 2.0,
  },
  'group-snapshots.create': {
    why: 'a snapshot for each volume of a group, with its event, as many rows as there are or none',
    plan: 'groups_pkey, quota_classes_once, quotas_once, services_once, volumes_of_group; whole: volume_types',
    planMilliseconds: 1.8,
  },
  'groups.create-from-group': {
    why: 'a group and a volume for each member of another: as many rows as there are, or none',
    plan: 'encryption_keys_pkey, group_volume_types_once, groups_of_project_name, quota_classes_once, quotas_once, volumes_of_group; whole: volume_types',
    planMilliseconds: 2.1,
  },
  'groups.create-from-snapshot': {
    why: 'a group and a volume for each snapshot of a group snapshot: as many rows as there are, or none',
    plan: 'encryption_keys_pkey, group_snapshots_of_project, group_volume_types_once, groups_pkey, quota_classes_once, quotas_once, snapshots_of_group_snapshot, volumes_pkey; whole: volume_types',
    planMilliseconds: 2.1,
  },
  'groups.delete-with-volumes': {
    why: 'the group and all its volumes begin to go, or are gone at once, or none of them is',
    plan: 'groups_made_from_group, groups_pkey, operations_open, quota_classes_once, quotas_once, services_once, volumes_of_group, volumes_pkey; whole: volume_types',
    planMilliseconds: 4.0,
  },
  'volume.connect.failed': {
    why: 'the attachment, its volume, the undoing, the message and the event of a connection that failed',
    plan: 'attachments_pkey, operations_open, operations_waiting, volumes_pkey',
    planMilliseconds: 1.8,
  },
  'volume.retype.done': {
    why: 'the volume and its snapshots change their type and what they count for, with the event, as the work ends',
    plan: 'operations_open, operations_waiting, quota_classes_once, quotas_once, snapshots_of_project_status, volume_types_pkey, volumes_pkey; whole: volume_types',
    planMilliseconds: 2.5,
  },
  'volumes.create': {
    why: create,
    plan: 'attachments_of_volume, backups_pkey, encryption_keys_pkey, quota_classes_once, quotas_once, snapshots_pkey, volume_types_pkey, volumes_pkey; whole: volume_types',
    planMilliseconds: 1.5,
  },
  'volumes.create-copy': {
    why: `${create}; what is copied is locked`,
    plan: 'attachments_of_volume, backups_pkey, encryption_keys_pkey, quota_classes_once, quotas_once, snapshots_pkey, volume_types_pkey, volumes_on_host, volumes_pkey; whole: volume_types',
    planMilliseconds: 1.7,
  },
  'volumes.create-copy-in-group': {
    why: `${create}; what is copied and the group are locked`,
    plan: 'attachments_of_volume, backups_pkey, encryption_keys_pkey, groups_of_project_name, quota_classes_once, quotas_once, snapshots_pkey, volume_types_pkey, volumes_on_host, volumes_pkey; whole: volume_types',
    planMilliseconds: 1.8,
  },
  'volumes.create-from-backup': {
    why: `${create}; the backup begins to be restored`,
    plan: 'attachments_of_volume, backups_pkey, encryption_keys_pkey, quota_classes_once, quotas_once, snapshots_pkey, volume_types_pkey, volumes_pkey; whole: volume_types',
    planMilliseconds: 1.7,
  },
  'volumes.create-in-group': {
    why: `${create}; the group is locked`,
    plan: 'attachments_of_volume, backups_pkey, encryption_keys_pkey, groups_of_project_name, quota_classes_once, quotas_once, snapshots_pkey, volume_types_pkey, volumes_pkey; whole: volume_types',
    planMilliseconds: 1.7,
  },
  'volumes.create-in-group-from-backup': {
    why: `${create}; the backup begins to be restored, and the group is locked`,
    plan: 'attachments_of_volume, backups_pkey, encryption_keys_pkey, groups_of_project_name, quota_classes_once, quotas_once, snapshots_pkey, volume_types_pkey, volumes_pkey; whole: volume_types',
    planMilliseconds: 1.9,
  },
  'volumes.delete': {
    why: remove,
    plan: 'backups_of_project_status, operations_of_resource, quota_classes_once, quotas_once, services_once, volumes_on_host, volumes_pkey; whole: volume_types',
    planMilliseconds: 1.7,
  },
  'volumes.delete_cascade': {
    why: remove,
    plan: 'backups_of_project_status, operations_of_resource, quota_classes_once, quotas_once, services_once, snapshots_of_project_status, snapshots_of_volume, volumes_on_host, volumes_pkey; whole: volume_types',
    planMilliseconds: 2.2,
  },
  'volumes.force_delete': {
    why: remove,
    plan: 'backups_of_project_status, operations_of_resource, quota_classes_once, quotas_once, services_once, volumes_on_host, volumes_pkey; whole: volume_types',
    planMilliseconds: 1.7,
  },
  'volumes.force_delete_cascade': {
    why: remove,
    plan: 'backups_of_project_status, operations_of_resource, quota_classes_once, quotas_once, services_once, snapshots_of_project_status, snapshots_of_volume, volumes_on_host, volumes_pkey; whole: volume_types',
    planMilliseconds: 2.0,
  },
  'volumes.manage': {
    why: `${create}; its service, pool and type are looked up in the same statement`,
    plan: 'attachments_of_volume, default_volume_types_pkey, pools_of_backend, quota_classes_once, quotas_once, services_once, volume_type_encryption_pkey, volume_types_name, volume_types_pkey; whole: clusters, volume_types',
    planMilliseconds: 1.7,
  },
  'volumes.unmanage': {
    why: remove,
    plan: 'backups_of_project_status, operations_of_resource, quota_classes_once, quotas_once, services_once, volumes_on_host, volumes_pkey; whole: volume_types',
    planMilliseconds: 1.7,
  },
};
