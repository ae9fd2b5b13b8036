import { snapshot } from '../fragments.ts';
import { ability, toSnapshot } from '../subjects.ts';
import { done, work } from '../work.ts';

export const createSnapshot = work({
  kind: 'snapshot.create',
  does: 'takes a snapshot of a volume',
  steps: ['create'],
  needs: { taken: snapshot },
  uses: ['backend.snapshot'],
  async run({ taken: { snapshot, volume } }, _operation, { backend, call }) {
    const made = await ability(backend.snapshot, 'take snapshots').create(toSnapshot(snapshot, volume), call);
    return done(made.location);
  },
  events: { done: 'snapshot.create.end', failed: 'snapshot.create.error' },
  message: { action: 'createSnapshot', detail: 'snapshotCreateFailed' },
  done: { set: `progress = '100%', location = :location::text` },
  failed: {},
});
