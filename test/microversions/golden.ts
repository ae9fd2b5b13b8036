// Which microversion brought what, written by hand from the history of the Block Storage API and from nothing in the
// code. A table of data; rows of resources that are not there yet wait for them.

/** `operation NAME`, `field RESOURCE NAME`, `body OPERATION PATH`, `filter`, `sort` and `paging` of a COLLECTION. */
export const golden: Readonly<Record<string, `3.${number}`>> = {
  'operation volume-summary': '3.12',
  'operation volume-revert': '3.40',
  'operation message-list': '3.3',
  'operation message-show': '3.3',
  'operation message-delete': '3.3',
  'operation backup-update': '3.9',

  'field volumes group_id': '3.13',
  'field volumes provider_id': '3.21',
  'field volumes shared_targets': '3.48',
  'field volumes service_uuid': '3.48',
  'field volumes cluster_name': '3.61',
  'field volumes volume_type_id': '3.63',
  'field volumes encryption_key_id': '3.64',
  'field volumes consumes_quota': '3.65',
  'field snapshots group_snapshot_id': '3.14',
  'field snapshots user_id': '3.41',
  'field snapshots consumes_quota': '3.65',
  'field services cluster': '3.7',
  'field services backend_state': '3.49',
  'field backups os-backup-project-attr:project_id': '3.18',
  'field backups metadata': '3.43',
  'field backups user_id': '3.56',
  'field backups encryption_key_id': '3.64',

  'body volume-migrate os-migrate_volume.cluster': '3.16',
  'body volume-create volume.group_id': '3.13',
  'body volume-create volume.backup_id': '3.47',
  'body backup-create backup.metadata': '3.43',
  'body backup-create backup.availability_zone': '3.51',
  'body backup-update backup.metadata': '3.43',

  'filter volumes glance_metadata': '3.4',
  'filter volumes group_id': '3.10',
  'filter volumes created_at': '3.60',
  'filter volumes updated_at': '3.60',
  'filter volumes consumes_quota': '3.65',
  'filter snapshots metadata': '3.22',
  'filter snapshots consumes_quota': '3.65',
  'sort snapshots name': '3.30',
  'sort backups name': '3.37',

  'paging messages': '3.5',
};
