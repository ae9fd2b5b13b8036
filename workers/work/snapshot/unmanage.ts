import { releaseQuota, snapshotDeltas } from '../../../schema/quotas.ts';
import { snapshot } from '../fragments.ts';
import { managedSnapshotsOf } from '../managing.ts';
import { snapshotUncounted } from '../sql.ts';
import { toSnapshot } from '../subjects.ts';
import { done, work } from '../work.ts';

export const unmanageSnapshot = work({
  kind: 'snapshot.unmanage',
  does: 'gives a snapshot up and leaves its bytes on the back end',
  steps: ['unmanage'],
  needs: { taken: snapshot },
  uses: ['backend.manage'],
  async run({ taken: { snapshot, volume } }, _operation, { backend, call }) {
    await managedSnapshotsOf(backend).release(toSnapshot(snapshot, volume), call);
    return done();
  },
  events: { done: 'snapshot.unmanage.end', failed: 'snapshot.unmanage.error' },
  message: { action: 'unmanageSnapshot', detail: 'driverFailedUnmanage' },
  done: { also: [snapshotUncounted], counts: releaseQuota(snapshotDeltas('resource', -1)) },
  failed: {},
});
