import { volumeOrNull } from '../fragments.ts';
import { ability, toVolume } from '../subjects.ts';
import { done, work } from '../work.ts';

/** Sets the limits of the QoS specs that the type has when the work is done. Without specs there are no limits. */
export const limitVolume = work({
  kind: 'volume.limit',
  does: 'makes a volume keep to what has become of the QoS specs of its type',
  steps: ['limit'],
  needs: { volume: volumeOrNull() },
  uses: ['backend.qos'],
  async run({ volume }, _operation, { backend, call }) {
    if (volume === null) return done();
    const limit = ability(backend.qos, 'change the limits of a volume');
    await limit.call(backend, toVolume(volume), call);
    return done();
  },
  events: { done: 'volume.limit.end', failed: 'volume.limit.error' },
  message: { action: 'limitVolume', detail: 'driverFailedLimit' },
  done: {},
  failed: {},
});
