// Who may do what: each operation with its row in the API reference (test/reference/operations.txt), which names the
// least role that may. Written from the reference and from nothing in the code. A table of data.
import { type ReferenceRow, type Role, referenceRows } from '../reference/rows.ts';

/** The row of each operation. */
export const golden: Readonly<Record<string, number>> = {
  // Versions
  'version-list': 1,
  'version-show': 2,
  healthcheck: 3,

  // Volumes
  'volume-list': 4,
  'volume-list-detail': 5,
  'volume-summary': 6,
  'volume-create': 7,
  'volume-show': 8,
  'volume-update': 9,
  'volume-delete': 10,

  // Volume actions
  'volume-extend': 19,
  'volume-extend-completion': 20,
  'volume-revert': 26,
  'volume-retype': 23,
  'volume-upload-image': 24,
  'volume-reimage': 25,
  'volume-migrate': 34,
  'volume-migrate-completion': 35,
  'volume-update-readonly': 21,
  'volume-set-bootable': 22,
  'volume-reset-status': 31,
  'volume-force-delete': 32,
  'volume-attach': 11,
  'volume-detach': 12,
  'volume-reserve': 13,
  'volume-unreserve': 14,
  'volume-begin-detaching': 15,
  'volume-roll-detaching': 16,
  'volume-initialize-connection': 17,
  'volume-terminate-connection': 18,
  'volume-force-detach': 33,

  // Attachments
  'attachment-list': 60,
  'attachment-list-detail': 61,
  'attachment-create': 62,
  'attachment-show': 63,
  'attachment-update': 64,
  'attachment-delete': 65,
  'attachment-complete': 66,

  // Volume metadata
  'volume-metadata-list': 36,
  'volume-metadata-merge': 37,
  'volume-metadata-replace': 38,
  'volume-metadata-show': 39,
  'volume-metadata-set': 40,
  'volume-metadata-delete': 41,

  // Snapshots
  'snapshot-list': 44,
  'snapshot-list-detail': 45,
  'snapshot-create': 46,
  'snapshot-show': 47,
  'snapshot-update': 48,
  'snapshot-delete': 49,

  // Manageable volumes and snapshots
  'manageable-volume-list': 188,
  'manageable-volume-list-detail': 189,
  'manageable-volume-manage': 190,
  'volume-manage-list': 191,
  'volume-manage-list-detail': 192,
  'volume-manage': 193,
  'manageable-snapshot-list': 194,
  'manageable-snapshot-list-detail': 195,
  'manageable-snapshot-manage': 196,
  'snapshot-manage-list': 197,
  'snapshot-manage-list-detail': 198,
  'snapshot-manage': 199,
  'volume-unmanage': 30,
  'snapshot-unmanage': 53,

  // Snapshot actions
  'snapshot-update-status': 50,
  'snapshot-reset-status': 51,
  'snapshot-force-delete': 52,

  // Snapshot metadata
  'snapshot-metadata-list': 54,
  'snapshot-metadata-merge': 55,
  'snapshot-metadata-replace': 56,
  'snapshot-metadata-show': 57,
  'snapshot-metadata-set': 58,
  'snapshot-metadata-delete': 59,

  // Backups
  'backup-list': 67,
  'backup-list-detail': 68,
  'backup-create': 69,
  'backup-show': 70,
  'backup-update': 71,
  'backup-delete': 72,
  'backup-restore': 73,
  'backup-export-record': 74,
  'backup-import-record': 75,

  // Backup actions
  'backup-reset-status': 76,
  'backup-force-delete': 77,

  // Volume types
  'type-list': 78,
  'type-create': 79,
  'type-show': 80,
  'type-show-default': 81,
  'type-update': 82,
  'type-delete': 83,

  // Volume type access
  'type-access-list': 84,
  'type-access-add': 85,
  'type-access-remove': 86,

  // Type extra specs
  'type-extra-spec-list': 87,
  'type-extra-spec-create': 88,
  'type-extra-spec-show': 89,
  'type-extra-spec-update': 90,
  'type-extra-spec-delete': 91,

  // Group types
  'group-type-list': 125,
  'group-type-create': 126,
  'group-type-show-default': 128,
  'group-type-show': 127,
  'group-type-update': 129,
  'group-type-delete': 130,

  // Group specs
  'group-spec-list': 131,
  'group-spec-create': 132,
  'group-spec-show': 133,
  'group-spec-update': 134,
  'group-spec-delete': 135,

  // Groups
  'group-list': 113,
  'group-list-detail': 114,
  'group-create': 115,
  'group-create-from-source': 119,
  'group-show': 116,
  'group-update': 117,
  'group-delete': 118,
  'group-reset-status': 120,
  'group-enable-replication': 121,
  'group-disable-replication': 122,
  'group-failover-replication': 123,
  'group-list-replication-targets': 124,

  // Group snapshots
  'group-snapshot-list': 136,
  'group-snapshot-list-detail': 137,
  'group-snapshot-create': 138,
  'group-snapshot-show': 139,
  'group-snapshot-delete': 140,
  'group-snapshot-reset-status': 141,

  // Consistency groups and their snapshots (legacy)
  'consistency-group-list': 142,
  'consistency-group-list-detail': 143,
  'consistency-group-create': 144,
  'consistency-group-create-from-source': 145,
  'consistency-group-show': 146,
  'consistency-group-update': 147,
  'consistency-group-update-plain': 147,
  'consistency-group-delete': 148,
  'cgsnapshot-list': 149,
  'cgsnapshot-list-detail': 150,
  'cgsnapshot-create': 151,
  'cgsnapshot-show': 152,
  'cgsnapshot-delete': 153,

  // Quota sets and classes
  'quota-set-show': 107,
  'quota-set-defaults': 108,
  'quota-set-update': 109,
  'quota-set-delete': 110,
  'quota-class-show': 111,
  'quota-class-update': 112,

  // Messages
  'message-list': 166,
  'message-show': 167,
  'message-delete': 168,

  // Services
  'service-list': 169,
  'service-enable': 170,
  'service-disable': 171,
  'service-disable-log-reason': 172,
  'service-freeze': 173,
  'service-thaw': 174,

  'service-failover-host': 175,
  'service-failover': 176,
  'service-set-log': 177,
  'service-get-log': 178,

  // QoS specs
  'qos-specs-list': 97,
  'qos-specs-create': 98,
  'qos-specs-show': 99,
  'qos-specs-set': 100,
  'qos-specs-delete': 101,
  'qos-specs-delete-keys': 102,
  'qos-specs-associations': 103,
  'qos-specs-associate': 104,
  'qos-specs-disassociate': 105,
  'qos-specs-disassociate-all': 106,

  // Type encryption, and the encryption of a volume
  'type-encryption-show': 92,
  'type-encryption-create': 93,
  'type-encryption-show-item': 94,
  'type-encryption-update': 95,
  'type-encryption-delete': 96,
  'volume-encryption-show': 42,
  'volume-encryption-show-item': 43,

  // Default types
  'default-type-set': 207,
  'default-type-show': 208,
  'default-type-list': 209,
  'default-type-unset': 210,

  // Transfers, under both paths
  'volume-transfer-list': 154,
  'volume-transfer-list-detail': 155,
  'volume-transfer-create': 156,
  'volume-transfer-show': 157,
  'volume-transfer-delete': 158,
  'volume-transfer-accept': 159,
  'os-volume-transfer-list': 160,
  'os-volume-transfer-list-detail': 161,
  'os-volume-transfer-create': 162,
  'os-volume-transfer-show': 163,
  'os-volume-transfer-delete': 164,
  'os-volume-transfer-accept': 165,

  // Image metadata of volumes
  'volume-set-image-metadata': 27,
  'volume-unset-image-metadata': 28,
  'volume-show-image-metadata': 29,

  // Hosts, clusters, cleanup, capabilities, filters
  'host-list': 179,
  'host-show': 180,
  'host-update': 181,
  'cluster-list': 201,
  'cluster-list-detail': 202,
  'cluster-show': 203,
  'cluster-enable': 204,
  'cluster-disable': 205,
  'workers-cleanup': 200,
  'capabilities-show': 183,
  'resource-filter-list': 206,

  // The rest
  'pool-list': 182,
  'limits-show': 184,
  'availability-zone-list': 185,
  'extension-list': 186,
  'extension-show': 187,
};

/** Operations that the reference does not have, with the least role that may. */
export const ours: Readonly<Record<string, Role>> = {
  'version-redirect': 'open',
  readyz: 'open',
  'openapi-show': 'open',

  // The image service that stands in for a missing Glance; not of Block Storage.
  'key-manager-versions': 'open',
  'key-manager-versions-slash': 'open',
  'key-manager-version': 'open',
  'key-manager-version-slash': 'open',
  'operation-list': 'reader',
  'operation-show': 'reader',
  'operation-cancel': 'member',
  'event-list': 'reader',
  'timeline-show': 'reader',
  'snapshot-schedule-list': 'reader',
  'snapshot-schedule-create': 'member',
  'snapshot-schedule-show': 'reader',
  'snapshot-schedule-update': 'member',
  'snapshot-schedule-delete': 'member',
  'snapshot-schedule-run': 'member',
  'subscription-list': 'reader',
  'subscription-create': 'member',
  'subscription-show': 'reader',
  'subscription-update': 'member',
  'subscription-delete': 'member',
  'subscription-rotate-secret': 'member',
  'subscription-test': 'member',
  'subscription-redeliver': 'member',
  'subscription-deliveries': 'reader',
  'secret-show': 'reader',
  'secret-payload-show': 'member',
  'secret-delete': 'member',
  'image-versions': 'open',
  'image-versions-slash': 'open',
  'image-list': 'anyone',
  'image-show': 'anyone',
};

const noAttachmentRule = 'the reference has no rule; what an attachment tells, a reader of its volume may know';
const noRule = 'the reference has no rule for it, so that there is nothing to refuse a valid token by';

/** Where we differ from the reference on purpose, each with its reason. */
export const deviations: Readonly<Record<string, Partial<Deviation> & { readonly because: string }>> = {
  'version-show': { role: 'open', because: 'clients discover before they have a token, and it tells versions only' },
  'attachment-list': { rules: ['volume:get_all'], because: noAttachmentRule },
  'attachment-list-detail': { rules: ['volume:get_all'], because: noAttachmentRule },
  'attachment-show': { rules: ['volume:get'], because: noAttachmentRule },
  'consistency-group-update-plain': { path: '/consistencygroups/{id}', because: 'the row says that it works too' },
  'group-type-list': { role: 'anyone', because: noRule },
  'group-type-show': { role: 'anyone', because: noRule },
  'group-type-show-default': { role: 'anyone', because: noRule },
  'limits-show': { role: 'anyone', because: noRule },
};

type Deviation = Pick<ReferenceRow, 'path' | 'since' | 'role' | 'rules'>;

/** Operations whose refused rule is a 404 and not a 403. */
export const hidden: ReadonlySet<string> = new Set(['volume-show']);

/**
 * Fields of bodies in which an id that is not there is a 400: lists of ids in one text, and a type where a 404 is about the
 * project in the path. Elsewhere it is a 404.
 */
export const absentIs400: ReadonlySet<string> = new Set([
  'group-update group.add_volumes',
  'group-update group.remove_volumes',
  'consistency-group-update consistencygroup.add_volumes',
  'consistency-group-update consistencygroup.remove_volumes',
  'consistency-group-update-plain consistencygroup.add_volumes',
  'consistency-group-update-plain consistencygroup.remove_volumes',
  'default-type-set default_type.volume_type',
]);

/** Fields whose row must stand in the token's project, or belong to the volume in the path: for an admin too. */
export const sameHomeOnly: ReadonlySet<string> = new Set([
  'volume-create volume.group_id',
  'volume-create volume.consistencygroup_id',
  'volume-revert revert.snapshot_id',
  'snapshot-schedule-create snapshot_schedule.volume_type_id',
  'snapshot-schedule-update snapshot_schedule.volume_type_id',
  'volume-force-detach os-force_detach.attachment_id',
  'group-create-from-source create-from-src.group_snapshot_id',
  'group-create-from-source create-from-src.source_group_id',
  'consistency-group-create-from-source consistencygroup-from-src.cgsnapshot_id',
]);

/** Operations whose result belongs to the token's project: a 400 for who is in none. */
export const needsProject: ReadonlySet<string> = new Set([
  'volume-create',
  'manageable-volume-manage',
  'snapshot-schedule-create',
  'volume-manage',
  'backup-create',
  'group-create',
  'group-create-from-source',
  'consistency-group-create',
  'consistency-group-create-from-source',
]);

/** The row of an operation as it is to be here; undefined for those that the reference does not have. */
export function rowOf(name: string): ReferenceRow | undefined {
  const row = referenceRows[(golden[name] ?? 0) - 1];
  return row === undefined ? undefined : { ...row, ...deviations[name] };
}

/**
 * The least that somebody must be for it: `open` no token, `anyone` every valid token, a role on the target's project.
 * Throws when the operation has no row.
 */
export function leastOf(name: string): Role {
  const role = rowOf(name)?.role ?? ours[name];
  if (role === undefined) {
    throw new Error(
      `${name} has no row in test/rbac/golden.ts: write one in \`golden\` with its number in test/reference/operations.txt, or in \`ours\` with the least role`,
    );
  }
  return role;
}

/** Fields of an answer that only an admin sees, by operation and the key that they are under. */
export const adminFields: Readonly<Record<string, readonly string[]>> = {
  'operation-show operation': ['explanation'],
  'volume-show volume': [
    'os-vol-host-attr:host',
    'os-vol-mig-status-attr:migstat',
    'os-vol-mig-status-attr:name_id',
    'migration_status',
    'provider_id',
    'cluster_name',
  ],
  'backup-show backup': ['os-backup-project-attr:project_id', 'user_id'],
  'type-show volume_type': ['qos_specs_id'],
  'group-show group': ['project_id'],
  'group-snapshot-show group_snapshot': ['project_id'],
  'group-type-show group_type': ['group_specs'],
};
