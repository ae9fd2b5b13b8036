import { releaseQuota, volumeDeltas } from '../../../schema/quotas.ts';
import { volume } from '../fragments.ts';
import { manageOf } from '../managing.ts';
import { attachmentsGone, room } from '../sql.ts';
import { toVolume } from '../subjects.ts';
import { done, work } from '../work.ts';

/** Releases the volume. Its name may change, but not its bytes. */
export const unmanageVolume = work({
  kind: 'volume.unmanage',
  does: 'gives a volume up and leaves its bytes on the back end',
  steps: ['unmanage'],
  needs: { volume: volume() },
  uses: ['backend.manage'],
  async run({ volume }, _operation, { backend, call }) {
    await manageOf(backend).release(toVolume(volume), call);
    return done();
  },
  events: { done: 'volume.unmanage.end', failed: 'volume.unmanage.error' },
  message: { action: 'unmanageVolume', detail: 'driverFailedUnmanage' },
  done: {
    before: [attachmentsGone],
    also: [room('resource', '-v.size_gib')],
    counts: releaseQuota(volumeDeltas('resource', -1)),
  },
  failed: {},
});
