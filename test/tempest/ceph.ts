// tempest's volume tests on a Ceph: without what wants the bytes of a volume, which a REST API does not have.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Service, startService, temporaryFolder } from '../acceptance/service.ts';
import { backendOf, startCeph } from '../ceph/server.ts';
import { type Counts, runTempest } from './tempest.ts';

const modules = [
  'admin\\.test_(multi_backend|volume_manage|snapshot_manage|volume_pools|volume_types|groups|group_snapshots)',
  'admin\\.test_(snapshots_actions|volumes_actions|volumes_list|volume_snapshot_quotas_negative)',
  'test_(volumes_get|volumes_actions|volumes_clone|volumes_clone_negative|volumes_extend|volumes_snapshots)',
  'test_(volumes_snapshots_negative|volumes_snapshots_list|volumes_list|volume_delete_cascade|volume_transfers)',
];

const excluded = [
  ['test_volume_upload', 'the driver has no bytes for the image service'],
  ['VolumesBackups|test_snapshot_backup', 'the driver has no bytes for backups'],
  ['VolumeRetypeWithMigrationTest', 'the driver has no bytes to move to another back end'],
  ['VolumesExtendTest\\.test_volume_extend\\[', 'asks the image service'],
] as const;

/** Those that ask for what a driver does, and not only for what the database says. */
export const ofDrivers = `^tempest\\.api\\.volume\\.(${modules.join('|')})\\.`;

/** All of them unless `names` says which. */
export async function onCeph(names: string | undefined, raise: (service: Service) => Promise<void>): Promise<Counts> {
  const ceph = await startCeph();
  const folder = temporaryFolder();
  const backends = [backendOf(ceph.folder, 'one', 'volumes'), backendOf(ceph.folder, 'two', 'others')];
  const config = join(folder, 'scoria.yaml');
  writeFileSync(config, `backends:\n${backends.map(({ yaml }) => `  - ${yaml}\n`).join('')}`);
  const env = { SCORIA_CONFIG: config, CEPH_PASSWORD: backends[0]?.password ?? '' };
  try {
    const service = await startService({ env });
    try {
      await raise(service);
      const backend = { protocol: 'ceph', vendor: 'Ceph', manages: true };
      return await runTempest({ service, image: null, names: names ?? '^tempest\\.api\\.volume', excluded, backend });
    } finally {
      await service.stop();
    }
  } finally {
    ceph.stop();
  }
}
