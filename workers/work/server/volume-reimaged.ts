import { ofVolume, tell, tellNeeds } from '../telling.ts';
import { work } from '../work.ts';

export const tellReimagedServer = work({
  kind: 'server.volume_reimaged',
  does: 'tells a server that a volume of it has a new image, or could not be given it',
  steps: ['tell'],
  needs: tellNeeds,
  uses: ['compute'],
  run: tell('volume-reimaged'),
  events: null,
  message: { action: 'reimageVolume', detail: 'computeNotToldOfImage', of: 'resource' },
  done: { resource: ofVolume },
  failed: { resource: ofVolume },
});
