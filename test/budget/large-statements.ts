// The statements over 6 KB: why each is one statement, how it reads, and what planning it takes. The plan is that of the
// embedded database for any value (EXPLAIN), without whole tables; the milliseconds are a median of nine, and are spent
// once a connection: after that the plan is kept.

export interface Large {
  readonly why: string;
  readonly plan: string;
  readonly planMilliseconds: number;
}

/** Bytes that a statement has at most without a row here. */
export const mostBytes = 6144;

const counted =
  'quota by the keys of quotas and quota_classes, one insert each into quota_usages, operations and events';
const create = `a new volume with its key, quota, work and event is all there or not at all (1.5 KB of it is the quota)`;
const attach = `what an attachment is follows from the map on its volume's row, which is locked and rewritten in one statement`;

export const largeStatements: Readonly<Record<string, Large>> = {
  'attachments.connect': {
    why: attach,
    plan: 'attachment and volume by their keys, twice each',
    planMilliseconds: 2.6,
  },
  'attachments.create': { why: attach, plan: 'the volume by its key, twice', planMilliseconds: 2.6 },
  'attachments.give-up': {
    why: 'ends the operation, the attachment and its volume as the failure would, and answers in the same statement',
    plan: 'the operation by operations_open, volume and attachment by their keys',
    planMilliseconds: 2.2,
  },
  'attachments.remove': {
    why: attach,
    plan: 'attachment and volume by their keys, the others by attachments_of_volume',
    planMilliseconds: 2.7,
  },
  'attachments.remove-of-volume': {
    why: attach,
    plan: 'the volume by its key, attachments by attachments_of_volume',
    planMilliseconds: 2.0,
  },
  'backups.create-backup': {
    why: 'the backup, its key, its quota and its work, and what it reads is moved meanwhile',
    plan: `volume, snapshot and parent by their keys; ${counted}`,
    planMilliseconds: 2.8,
  },
  'backups.create-backup_in_use': {
    why: 'as backups.create-backup, of a volume in use',
    plan: `volume, snapshot and parent by their keys; ${counted}`,
    planMilliseconds: 2.8,
  },
  'groups.create-from-group': {
    why: 'a group and a volume for each member of another: as many rows as there are, or none',
    plan: `members by volumes_of_group; ${counted}`,
    planMilliseconds: 2.7,
  },
  'groups.create-from-snapshot': {
    why: 'a group and a volume for each snapshot of a group snapshot: as many rows as there are, or none',
    plan: `members by snapshots_of_group_snapshot; ${counted}`,
    planMilliseconds: 2.4,
  },
  'groups.delete-with-volumes': {
    why: 'the group and all its volumes begin to go, or are gone at once, or none of them is',
    plan: `the group by its key, members by volumes_of_group; ${counted}`,
    planMilliseconds: 5.5,
  },
  'volume.connect.failed': {
    why: 'the attachment, its volume, the undoing, the message and the event of a connection that failed',
    plan: 'the operation by operations_open, volume and attachment by their keys',
    planMilliseconds: 1.7,
  },
  'volumes.create-copy': {
    why: `${create}; what is copied is locked`,
    plan: `source by its key; ${counted}`,
    planMilliseconds: 2.4,
  },
  'volumes.create-copy-in-group': {
    why: `${create}; what is copied and the group are locked`,
    plan: `source and group by their keys; ${counted}`,
    planMilliseconds: 2.0,
  },
  'volumes.create-in-group': {
    why: `${create}; the group is locked`,
    plan: `the group by its key; ${counted}`,
    planMilliseconds: 2.0,
  },
  'volumes.create-in-group-from-backup': {
    why: `${create}; the backup begins to be restored, and the group is locked`,
    plan: `backup and group by their keys; ${counted}`,
    planMilliseconds: 2.1,
  },
  'volumes.manage': {
    why: `${create}; its service, pool and type are looked up in the same statement`,
    plan: `service, pool and type by their keys; ${counted}`,
    planMilliseconds: 2.1,
  },
};
