import { releaseQuota, snapshotDeltas } from '../../../schema/quotas.ts';
import { snapshotOrNull } from '../fragments.ts';
import { removeSnapshot } from '../removing.ts';
import { snapshotUncounted } from '../sql.ts';
import { done, work } from '../work.ts';

/** Removes the snapshot. Succeeds when it is already gone. */
export const deleteSnapshot = work({
  kind: 'snapshot.delete',
  does: 'removes a snapshot',
  steps: ['delete'],
  needs: { taken: snapshotOrNull },
  uses: ['backend.snapshot', 'backend.manage'],
  async run({ taken }, _operation, { backend, call }) {
    if (taken !== null) await removeSnapshot(backend, taken.snapshot, taken.volume, call);
    return done();
  },
  events: { done: 'snapshot.delete.end', failed: 'snapshot.delete.error' },
  message: { action: 'deleteSnapshot', detail: 'snapshotDeleteFailed' },
  done: { also: [snapshotUncounted], counts: releaseQuota(snapshotDeltas('resource', -1)) },
  failed: {},
});
