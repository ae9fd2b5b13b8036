// Who may do what: for each operation the least role that may, written by hand from the tables of the API reference
// (docs of Block Storage v3, one row an operation) and from nothing in the code. A table of data.

/**
 * - `open`: no token at all.
 * - `anyone`: every valid token.
 * - `reader`, `member`: that role on the project of the target, or admin.
 * - `admin`: the role admin.
 * - `hidden reader`: as `reader`, and a refusal says 404 and not 403.
 */
export type Least = 'open' | 'anyone' | 'reader' | 'hidden reader' | 'member' | 'admin';

export const golden: Readonly<Record<string, Least>> = {
  // Versions
  'version-list': 'open',
  'version-redirect': 'open',
  'version-show': 'open',
  healthcheck: 'open',
  readyz: 'open',
  'openapi-show': 'open',

  // Volumes
  'volume-list': 'reader',
  'volume-list-detail': 'reader',
  'volume-summary': 'reader',
  'volume-create': 'member',
  'volume-show': 'hidden reader',
  'volume-update': 'member',
  'volume-delete': 'member',

  // Volume actions
  'volume-extend': 'member',
  'volume-revert': 'member',
  'volume-retype': 'member',
  'volume-migrate': 'admin',
  'volume-migrate-completion': 'admin',
  'volume-update-readonly': 'member',
  'volume-set-bootable': 'member',
  'volume-reset-status': 'admin',
  'volume-force-delete': 'admin',
  'volume-attach': 'member',
  'volume-detach': 'member',
  'volume-reserve': 'member',
  'volume-unreserve': 'member',
  'volume-begin-detaching': 'member',
  'volume-roll-detaching': 'member',
  'volume-initialize-connection': 'member',
  'volume-terminate-connection': 'member',
  'volume-force-detach': 'admin',

  // Attachments
  'attachment-list': 'reader',
  'attachment-list-detail': 'reader',
  'attachment-create': 'member',
  'attachment-show': 'reader',
  'attachment-update': 'member',
  'attachment-delete': 'member',
  'attachment-complete': 'member',

  // Volume metadata
  'volume-metadata-list': 'reader',
  'volume-metadata-merge': 'member',
  'volume-metadata-replace': 'member',
  'volume-metadata-show': 'reader',
  'volume-metadata-set': 'member',
  'volume-metadata-delete': 'member',

  // Snapshots
  'snapshot-list': 'reader',
  'snapshot-list-detail': 'reader',
  'snapshot-create': 'member',
  'snapshot-show': 'reader',
  'snapshot-update': 'member',
  'snapshot-delete': 'member',

  // Snapshot actions
  'snapshot-update-status': 'member',
  'snapshot-reset-status': 'admin',
  'snapshot-force-delete': 'admin',

  // Snapshot metadata
  'snapshot-metadata-list': 'reader',
  'snapshot-metadata-merge': 'member',
  'snapshot-metadata-replace': 'member',
  'snapshot-metadata-show': 'reader',
  'snapshot-metadata-set': 'member',
  'snapshot-metadata-delete': 'member',

  // Backups
  'backup-list': 'reader',
  'backup-list-detail': 'reader',
  'backup-create': 'member',
  'backup-show': 'reader',
  'backup-update': 'member',
  'backup-delete': 'member',
  'backup-restore': 'member',
  'backup-export-record': 'admin',
  'backup-import-record': 'admin',

  // Backup actions
  'backup-reset-status': 'admin',
  'backup-force-delete': 'admin',

  // Volume types
  'type-list': 'reader',
  'type-create': 'admin',
  'type-show': 'reader',
  'type-show-default': 'reader',
  'type-update': 'admin',
  'type-delete': 'admin',

  // Volume type access
  'type-access-list': 'admin',
  'type-access-add': 'admin',
  'type-access-remove': 'admin',

  // Type extra specs
  'type-extra-spec-list': 'reader',
  'type-extra-spec-create': 'admin',
  'type-extra-spec-show': 'reader',
  'type-extra-spec-update': 'admin',
  'type-extra-spec-delete': 'admin',

  // Group types: no rule of their own for those who read
  'group-type-list': 'anyone',
  'group-type-create': 'admin',
  'group-type-show-default': 'anyone',
  'group-type-show': 'anyone',
  'group-type-update': 'admin',
  'group-type-delete': 'admin',

  // Group specs
  'group-spec-list': 'admin',
  'group-spec-create': 'admin',
  'group-spec-show': 'admin',
  'group-spec-update': 'admin',
  'group-spec-delete': 'admin',

  // Groups
  'group-list': 'reader',
  'group-list-detail': 'reader',
  'group-create': 'member',
  'group-create-from-source': 'member',
  'group-show': 'reader',
  'group-update': 'member',
  'group-delete': 'member',
  'group-reset-status': 'admin',
  'group-enable-replication': 'member',
  'group-disable-replication': 'member',
  'group-failover-replication': 'member',
  'group-list-replication-targets': 'member',

  // Group snapshots
  'group-snapshot-list': 'reader',
  'group-snapshot-list-detail': 'reader',
  'group-snapshot-create': 'member',
  'group-snapshot-show': 'reader',
  'group-snapshot-delete': 'member',
  'group-snapshot-reset-status': 'admin',

  // Consistency groups and their snapshots (legacy)
  'consistency-group-list': 'reader',
  'consistency-group-list-detail': 'reader',
  'consistency-group-create': 'member',
  'consistency-group-create-from-source': 'member',
  'consistency-group-show': 'reader',
  'consistency-group-update': 'member',
  'consistency-group-update-plain': 'member',
  'consistency-group-delete': 'member',
  'cgsnapshot-list': 'reader',
  'cgsnapshot-list-detail': 'reader',
  'cgsnapshot-create': 'member',
  'cgsnapshot-show': 'reader',
  'cgsnapshot-delete': 'member',

  // Quota sets and classes
  'quota-set-show': 'reader',
  'quota-set-defaults': 'reader',
  'quota-set-update': 'admin',
  'quota-set-delete': 'admin',
  'quota-class-show': 'admin',
  'quota-class-update': 'admin',

  // Messages
  'message-list': 'reader',
  'message-show': 'reader',
  'message-delete': 'member',

  // Services
  'service-list': 'admin',
  'service-enable': 'admin',
  'service-disable': 'admin',
  'service-disable-log-reason': 'admin',
  'service-freeze': 'admin',
  'service-thaw': 'admin',

  'service-failover-host': 'admin',
  'service-failover': 'admin',
  'service-set-log': 'admin',
  'service-get-log': 'admin',

  // QoS specs
  'qos-specs-list': 'admin',
  'qos-specs-create': 'admin',
  'qos-specs-show': 'admin',
  'qos-specs-set': 'admin',
  'qos-specs-delete': 'admin',
  'qos-specs-delete-keys': 'admin',
  'qos-specs-associations': 'admin',
  'qos-specs-associate': 'admin',
  'qos-specs-disassociate': 'admin',
  'qos-specs-disassociate-all': 'admin',

  // Type encryption, and the encryption of a volume
  'type-encryption-show': 'admin',
  'type-encryption-create': 'admin',
  'type-encryption-show-item': 'admin',
  'type-encryption-update': 'admin',
  'type-encryption-delete': 'admin',
  'volume-encryption-show': 'reader',
  'volume-encryption-show-item': 'reader',

  // Default types
  'default-type-set': 'admin',
  'default-type-show': 'admin',
  'default-type-list': 'admin',
  'default-type-unset': 'admin',

  // Transfers, under both paths
  'volume-transfer-list': 'reader',
  'volume-transfer-list-detail': 'reader',
  'volume-transfer-create': 'member',
  'volume-transfer-show': 'reader',
  'volume-transfer-delete': 'member',
  'volume-transfer-accept': 'member',
  'os-volume-transfer-list': 'reader',
  'os-volume-transfer-list-detail': 'reader',
  'os-volume-transfer-create': 'member',
  'os-volume-transfer-show': 'reader',
  'os-volume-transfer-delete': 'member',
  'os-volume-transfer-accept': 'member',

  // Image metadata of volumes
  'volume-set-image-metadata': 'member',
  'volume-unset-image-metadata': 'member',
  'volume-show-image-metadata': 'reader',

  // Hosts, clusters, cleanup, capabilities, filters
  'host-list': 'admin',
  'host-show': 'admin',
  'host-update': 'admin',
  'cluster-list': 'admin',
  'cluster-list-detail': 'admin',
  'cluster-show': 'admin',
  'cluster-enable': 'admin',
  'cluster-disable': 'admin',
  'workers-cleanup': 'admin',
  'capabilities-show': 'admin',
  'resource-filter-list': 'anyone',

  // The rest. Limits have no rule of their own; the totals in them have (limits_extension:used_limits).
  'pool-list': 'admin',
  'limits-show': 'anyone',
  'availability-zone-list': 'anyone',
  'extension-list': 'anyone',
  'extension-show': 'anyone',

  // The image service that stands in for a missing Glance; not of Block Storage.
  'image-versions': 'open',
  'image-versions-slash': 'open',
  'image-list': 'anyone',
  'image-show': 'anyone',
};

/** Fields of an answer that only an admin sees, by operation and the key that they are under. */
export const adminFields: Readonly<Record<string, readonly string[]>> = {
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
