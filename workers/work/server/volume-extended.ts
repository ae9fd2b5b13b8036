import { resumeWaiting } from '../../store/queued.ts';
import { ofVolume, tell, tellNeeds } from '../telling.ts';
import { work } from '../work.ts';

export const tellExtendedServer = work({
  kind: 'server.volume_extended',
  does: 'tells a server that a volume of it has grown',
  steps: ['tell'],
  needs: tellNeeds,
  uses: ['compute'],
  run: tell('volume-extended'),
  events: null,
  message: { action: 'extendVolume', detail: 'computeNotTold', of: 'resource' },
  done: { resource: ofVolume },
  failed: {
    resource: ofVolume,
    // An extension that waits for this host would wait in vain: it ends now, not at its deadline.
    queues: resumeWaiting(
      'extend',
      '{"is_completed": true, "is_failed": true}',
      'resource v',
      `w.resource_id = v.id AND w.kind = 'volume.extend'`,
    ),
  },
});
