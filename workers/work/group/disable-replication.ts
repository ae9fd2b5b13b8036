import { groupVolumes } from '../fragments.ts';
import { groupBecomes, replicationOf } from '../replicating.ts';
import { toVolume } from '../subjects.ts';
import { done, work } from '../work.ts';

export const disableReplication = work({
  kind: 'group.disable_replication',
  does: 'has the volumes of a group copied no more',
  steps: ['disable_replication'],
  needs: { volumes: groupVolumes },
  uses: ['backend.replication'],
  async run({ volumes }, _operation, { backend, call }) {
    await replicationOf(backend).disable(volumes.map(toVolume), call);
    return done();
  },
  events: { done: 'group.disable_replication.end', failed: 'group.disable_replication.error' },
  message: { action: 'disableReplication', detail: 'driverFailedReplication' },
  done: { resource: groupBecomes('disabling', `'disabled'`, 'volume.disable_replication.end') },
  failed: { resource: groupBecomes('disabling', `'error'`, 'volume.disable_replication.error') },
});
