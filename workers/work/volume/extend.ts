import { countQuota, growthDeltas } from '../../../schema/quotas.ts';
import { WorkError } from '../../outcome.ts';
import { tellExtended } from '../../store/tell-servers.ts';
import { count, flag, volume } from '../fragments.ts';
import { before, hostIsDone, room } from '../sql.ts';
import { ability, toVolume } from '../subjects.ts';
import { done, work } from '../work.ts';

const newSize = `(SELECT (f.arguments->>'new_size')::int FROM fenced f)`;
const message = { action: 'extendVolume', detail: 'driverFailedExtend' } as const;

/** Grows the volume to the requested size: to it, not by it, so that a repetition changes nothing. */
export const extendVolume = work({
  kind: 'volume.extend',
  does: 'grows a volume; an attached one is grown by its host where the back end works so',
  steps: ['extend', 'completion'],
  needs: {
    volume: volume('previous_status'),
    newSize: count('new_size'),
    isCompleted: flag('is_completed'),
    isFailed: flag('is_failed'),
  },
  uses: ['backend.extend', 'backend.growsOnHost', 'backend.qos'],
  async run({ volume, newSize, isCompleted, isFailed }, _operation, { backend, call }) {
    ability(backend.extend, 'extend volumes');
    if (backend.growsOnHost && volume.previous_status === 'in-use' && !isCompleted) {
      return { outcome: 'waits-for-host' };
    }
    if (isFailed)
      throw new WorkError('The host that has the volume could not grow it.', { isPassing: false, ...message });
    await backend.extend?.(toVolume(volume), newSize, call);
    // Limits per GiB have grown with it.
    const isPerGiB = Object.keys(volume.qos_specs ?? {}).some((key) => key.endsWith('_per_gb'));
    if (isPerGiB) await backend.qos?.({ ...toVolume(volume), sizeGiB: newSize }, call);
    return done();
  },
  events: { done: 'volume.resize.end', failed: 'volume.resize.error' },
  message,
  done: {
    before: [before],
    set: `size_gib = (f.arguments->>'new_size')::int, ${hostIsDone}`,
    also: [room('before', `${newSize} - v.size_gib`)],
    queues: tellExtended,
  },
  failed: { set: hostIsDone, counts: countQuota(growthDeltas('resource', `-(${newSize} - v.size_gib)`)) },
});
