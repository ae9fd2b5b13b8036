import { releaseQuota, volumeDeltas } from '../../../schema/quotas.ts';
import { clusterOf, serviceOf } from '../../../schema/services.ts';
import { scheduleManage } from '../../scheduler/choose-pool.ts';
import { takeVolumeSize } from '../../store/manage.ts';
import { volume } from '../fragments.ts';
import { counted, manageOf, named, reference } from '../managing.ts';
import { before, room } from '../sql.ts';
import { toVolume } from '../subjects.ts';
import { done, work } from '../work.ts';

const action = 'manageVolume';

/**
 * Reads the size, counts it against quota and room, and only then adopts the object: a project without quota gets
 * nothing. A second try starts over; both steps are idempotent.
 */
export const manageVolume = work({
  kind: 'volume.manage',
  does: 'makes an object that is on the back end already a volume',
  steps: ['schedule', 'adopt'],
  schedule: { needs: { volume: volume() }, run: scheduleManage },
  needs: { volume: volume(), reference },
  uses: ['backend.manage'],
  async run({ volume, reference }, operation, { backend, ports, call }) {
    const manage = manageOf(backend);
    // If an earlier try has adopted it, it has its size already and can no longer be found by its reference.
    let sizeGiB = volume.size_gib;
    if (sizeGiB === 0) {
      sizeGiB = await named(action, () => manage.size(reference, call));
      await counted(action, operation, ports, sizeGiB, (sizing) => takeVolumeSize(ports.database, sizing));
    }
    const made = await named(action, () => manage.adopt({ ...toVolume(volume), sizeGiB }, reference, call));
    return done(made.location);
  },
  events: { done: 'volume.manage_existing.end', failed: 'volume.manage_existing.error' },
  message: { action, detail: 'driverFailedManage' },
  done: {
    set: `location = :location::text, adopts = NULL, launched_at = :now::timestamptz,
    cluster_name = ${clusterOf('r.host')}, service_uuid = ${serviceOf('r.host')}`,
  },
  // It holds nothing: neither quota nor room is taken for an object that was not adopted.
  failed: {
    before: [before],
    set: 'size_gib = 0, consumes_quota = FALSE',
    also: [room('before', '-v.size_gib')],
    counts: releaseQuota(volumeDeltas('before', -1)),
  },
});
