import { groupSnapshots } from '../fragments.ts';
import { inError } from '../sql.ts';
import { ability, toSnapshot } from '../subjects.ts';
import { done, work } from '../work.ts';

const members = 'r.group_snapshot_id = f.resource_id';

/** Takes the members' snapshots one after another: each is consistent, but they are not of the same moment. */
export const createGroupSnapshot = work({
  kind: 'group_snapshot.create',
  does: 'takes a snapshot of each volume of a group',
  steps: ['create'],
  needs: { snapshots: groupSnapshots },
  uses: ['backend.snapshot'],
  async run({ snapshots }, _operation, { backend, call }) {
    const taking = ability(backend.snapshot, 'take snapshots');
    const locations: Record<string, string | null> = {};
    for (const { volume, snapshot } of snapshots) {
      locations[snapshot.id] = (await taking.create(toSnapshot(snapshot, volume), call)).location;
    }
    return done(null, { locations });
  },
  events: { done: 'group_snapshot.create.end', failed: 'group_snapshot.create.error' },
  message: { action: 'createGroupSnapshot', detail: 'groupSnapshotCreateFailed' },
  done: (ends) => ({
    also: [
      ends('snapshot', 'members', members, {
        set: `progress = '100%', location = :facts::jsonb -> 'locations' ->> r.id::text`,
      }),
    ],
  }),
  failed: (ends) => ({ also: [ends('snapshot', 'members', members)], alsoFailed: inError('snapshot', 'members') }),
});
