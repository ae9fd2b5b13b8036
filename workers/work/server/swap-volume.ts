import { isTaken } from '../../store/await-server.ts';
import { resumeWaiting } from '../../store/queued.ts';
import { text } from '../fragments.ts';
import { asked, ofVolume } from '../telling.ts';
import { work } from '../work.ts';

export const swapServerVolume = work({
  kind: 'server.swap_volume',
  does: 'asks a server to go over to the other half of a volume that moves',
  steps: ['tell'],
  needs: { volume: text('volume_id'), newVolume: text('new_volume_id') },
  uses: ['compute'],
  async run({ volume, newVolume }, { resourceId: server, attempt }, { ports, call }) {
    const [from, to] = [volume ?? '', newVolume ?? ''];
    return asked(ports, async (compute) => {
      // If the first call did arrive, a second one would make the server swap twice.
      if (attempt > 1 && (await isTaken(ports.database, to))) return;
      await compute.swap(server, from, to, call.signal);
    });
  },
  events: null,
  message: { action: 'migrateVolume', detail: 'serverStays', of: 'resource' },
  done: { resource: ofVolume },
  failed: {
    resource: ofVolume,
    // The move that waits for it ends too, unless the server has started after all: then its host reports the result.
    queues: resumeWaiting(
      'swap',
      '{"is_failed": true}',
      'fenced f',
      `w.id = (f.arguments ->> 'new_volume_id')::uuid
    AND EXISTS (SELECT 1 FROM volumes h WHERE h.id = w.id AND h.attachment_states = '{}')`,
    ),
  },
});
