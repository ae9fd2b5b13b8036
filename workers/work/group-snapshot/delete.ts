import { releaseQuota, snapshotDeltas } from '../../../schema/quotas.ts';
import { fragment } from '../../../schema/statement.ts';
import { groupSnapshots } from '../fragments.ts';
import { inError } from '../sql.ts';
import { toSnapshot } from '../subjects.ts';
import { done, work } from '../work.ts';

const members = 'r.group_snapshot_id = f.resource_id';

/** Removes the members' snapshots. Succeeds when they are already gone. */
export const deleteGroupSnapshot = work({
  kind: 'group_snapshot.delete',
  does: 'removes a group snapshot with all its snapshots',
  steps: ['delete'],
  needs: { snapshots: groupSnapshots },
  uses: ['backend.snapshot'],
  async run({ snapshots }, _operation, { backend, call }) {
    for (const { volume, snapshot } of snapshots) await backend.snapshot?.remove(toSnapshot(snapshot, volume), call);
    return done();
  },
  events: { done: 'group_snapshot.delete.end', failed: 'group_snapshot.delete.error' },
  message: { action: 'deleteGroupSnapshot', detail: 'groupSnapshotDeleteFailed' },
  done: (ends) => ({
    before: [
      ends('snapshot', 'members', members),
      fragment(
        'parents',
        `UPDATE volumes v SET snapshot_count = v.snapshot_count - x.n
  FROM (SELECT s.volume_id, count(*)::int AS n FROM members s GROUP BY s.volume_id) x WHERE v.id = x.volume_id`,
      ),
    ],
    also: [
      fragment(
        'parent',
        `UPDATE groups g SET snapshot_count = g.snapshot_count - 1 FROM resource r WHERE g.id = r.group_id`,
      ),
    ],
    counts: releaseQuota(snapshotDeltas('members', -1)),
  }),
  // Members removed before the failure stay removed, so none of them becomes available again.
  failed: (ends) => ({ also: [ends('snapshot', 'members', members)], alsoFailed: inError('snapshot', 'members') }),
});
