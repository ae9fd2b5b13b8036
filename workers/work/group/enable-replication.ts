import { groupVolumes } from '../fragments.ts';
import { groupBecomes, replicationOf } from '../replicating.ts';
import { toVolume } from '../subjects.ts';
import { done, work } from '../work.ts';

export const enableReplication = work({
  kind: 'group.enable_replication',
  does: 'has all volumes of a group copied to other systems',
  steps: ['enable_replication'],
  needs: { volumes: groupVolumes },
  uses: ['backend.replication'],
  async run({ volumes }, _operation, { backend, call }) {
    await replicationOf(backend).enable(volumes.map(toVolume), call);
    return done();
  },
  events: { done: 'group.enable_replication.end', failed: 'group.enable_replication.error' },
  message: { action: 'enableReplication', detail: 'driverFailedReplication' },
  done: { resource: groupBecomes('enabling', `'enabled'`, 'volume.enable_replication.end') },
  failed: { resource: groupBecomes('enabling', `'error'`, 'volume.enable_replication.error') },
});
