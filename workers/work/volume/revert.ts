import { snapshotOfArguments, volume } from '../fragments.ts';
import { snapshotFree } from '../sql.ts';
import { ability, toSnapshot, toVolume } from '../subjects.ts';
import { done, work } from '../work.ts';

/** Restores the volume to its snapshot; repeating it gives the same bytes. */
export const revertVolume = work({
  kind: 'volume.revert',
  does: 'puts a volume back to its newest snapshot',
  steps: ['revert'],
  needs: { volume: volume(), snapshot: snapshotOfArguments },
  uses: ['backend.revert'],
  async run({ volume, snapshot }, _operation, { backend, call }) {
    ability(backend.revert, 'revert volumes');
    await backend.revert?.(toVolume(volume), toSnapshot(snapshot, volume), call);
    return done();
  },
  events: { done: 'volume.revert.end', failed: 'volume.revert.error' },
  message: { action: 'revertVolume', detail: 'driverFailedRevert' },
  done: (ends) => ({ also: [snapshotFree(ends)] }),
  failed: (ends) => ({ also: [snapshotFree(ends)] }),
});
