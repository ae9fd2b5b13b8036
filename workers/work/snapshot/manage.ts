import { DriverError } from '../../driver.ts';
import { takeSnapshotSize } from '../../store/manage.ts';
import { snapshot } from '../fragments.ts';
import { counted, managedSnapshotsOf, named, reference, refused } from '../managing.ts';
import { toSnapshot, toVolume } from '../subjects.ts';
import { done, work } from '../work.ts';

const action = 'manageSnapshot';

/** If the volume has grown since, the object is smaller than the volume: then the snapshot counts for less. */
export const manageSnapshot = work({
  kind: 'snapshot.manage',
  does: 'makes an object that is on the back end already a snapshot',
  steps: ['adopt'],
  needs: { taken: snapshot, reference },
  uses: ['backend.manage'],
  async run({ taken: { snapshot, volume }, reference }, operation, { backend, ports, call }) {
    const snapshots = managedSnapshotsOf(backend);
    const size = await sizeUnlessTaken(() => snapshots.size(toVolume(volume), reference, call));
    if (size !== null && size > volume.size_gib) {
      throw refused(action, 'driverFailedManage', `The object has ${size} GiB, more than its volume.`);
    }
    if (size !== null && size !== snapshot.size_gib) {
      await counted(action, operation, ports, size, (sizing) => takeSnapshotSize(ports.database, sizing));
    }
    const made = await named(action, () => snapshots.adopt(toSnapshot(snapshot, volume), reference, call));
    return done(made.location);
  },
  events: { done: 'snapshot.manage_existing_snapshot.end', failed: 'snapshot.manage_existing_snapshot.error' },
  message: { action, detail: 'driverFailedManage' },
  done: { set: `progress = '100%', location = :location::text, adopts = NULL` },
  failed: {},
});

/** Null when an earlier try has already adopted the object; adopting it again then decides. */
async function sizeUnlessTaken(size: () => Promise<number>): Promise<number | null> {
  try {
    return await size();
  } catch (error) {
    if (error instanceof DriverError && (error.failure === 'gone' || error.failure === 'conflict')) return null;
    throw error;
  }
}
