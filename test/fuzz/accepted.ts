// A request for each operation that chance hardly ever gets right: what it refers to stands in test/fuzz/world.ts.
// It is sent now and then as it is, and its body is what is made wrong.
import { encodeRecord } from '../../functions/backups/record.ts';
import { places, worldCluster, worldHost } from '../harness/world.ts';
import { fuzzed } from './world.ts';

export interface Accepted {
  /** Values of the names in the path; the project's own otherwise. */
  readonly places?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** What the query must say; half of the others have it too. */
  readonly query?: string;
}

const own = (place: string) => places[place]?.own ?? '';
const onFree = { volume_id: fuzzed.freeVolume };
const ofReplicated = { group_id: fuzzed.replicatedGroup };

/** What export answers for a backup, of one that is not there. */
const record = encodeRecord({
  ...{ id: fuzzed.importedBackup, user_id: 'u', project_id: 'p', volume_id: fuzzed.freeVolume, snapshot_id: null },
  ...{ parent_id: null, name: 'n', description: null, container: 'volumebackups', availability_zone: 'nova' },
  ...{ status: 'available', size_gib: 1, object_count: 1, metadata: '{"k": "v"}', bootable: false },
  ...{ data_timestamp: '2026-11-23 10:00:00', location: 'manifests/v/b.json' },
  ...{ volume_metadata: '{}', image_metadata: '{"k": "v"}', encryption_key_id: null, sealed_key: null },
} as Parameters<typeof encodeRecord>[0]); // the rest of the row is not in a record

const accept = { accept: { auth_key: fuzzed.transferKey } };
const failover = { host: worldHost, backend_id: 'elsewhere' };

export const accepted: Readonly<Record<string, Accepted>> = {
  'volume-extend-completion': {
    places: { volume_id: fuzzed.extendingVolume },
    body: { 'os-extend_volume_completion': { error: false } },
  },
  'volume-migrate': { places: onFree, body: { 'os-migrate_volume': { host: fuzzed.otherPool } } },
  'volume-retype': {
    places: onFree,
    body: { 'os-retype': { new_type: fuzzed.plainType, migration_policy: 'on-demand' } },
  },
  'volume-reimage': { places: onFree, body: { 'os-reimage': { image_id: fuzzed.image } } },
  'backup-import-record': {
    body: {
      'backup-record': { backup_service: 'cinder.backup.drivers.scoria.ChunkedBackupDriver', backup_url: record },
    },
  },
  'group-create-from-source': { body: { 'create-from-src': { source_group_id: own('group_id') } } },
  'consistency-group-create-from-source': {
    body: { 'consistencygroup-from-src': { source_cgid: own('consistencygroup_id') } },
  },
  'cgsnapshot-create': { body: { cgsnapshot: { consistencygroup_id: own('consistencygroup_id') } } },
  'group-enable-replication': { places: ofReplicated, body: { enable_replication: {} } },
  'group-disable-replication': { places: ofReplicated, body: { disable_replication: {} } },
  'group-failover-replication': {
    places: ofReplicated,
    body: { failover_replication: { allow_attached_volume: true, secondary_backend_id: 'elsewhere' } },
  },
  'group-list-replication-targets': { places: ofReplicated, body: { list_replication_targets: {} } },
  'secret-delete': { places: { secret_id: fuzzed.imageKey } },
  'service-failover-host': { body: failover },
  'service-failover': { body: failover },
  'cluster-enable': { body: { name: worldCluster } },
  'cluster-disable': { body: { name: worldCluster, disabled_reason: 'to be mended' } },
  'service-thaw': { body: { host: fuzzed.frozenHost } },
  'subscription-create': {
    body: { subscription: { url: 'https://receiver.example/hook', types: ['volume.*'], after: '0-0' } },
  },
  'subscription-update': { body: { subscription: { url: 'https://receiver.example/hook', types: ['*'] } } },
  'subscription-redeliver': { body: { redeliver: { event: fuzzed.event } } },
  'timeline-show': { query: `resource=volume/${own('volume_id')}` },
  'snapshot-schedule-create': {
    body: { snapshot_schedule: { name: 'n', cron: '0 3 * * *', keep: { count: 2 }, volume_ids: [fuzzed.freeVolume] } },
  },
  'operation-cancel': { places: { operation_id: fuzzed.waitingOperation } },
  'volume-transfer-accept': { places: { transfer_id: fuzzed.transfer }, body: accept },
  'os-volume-transfer-accept': { places: { transfer_id: fuzzed.transfer }, body: accept },
};

/** Operations that accept nothing here, and why: all others must have accepted something. */
export const neverAccepted: Readonly<Record<string, string>> = {
  'image-show': 'the image service that stands in for a Glance has no images',
};
