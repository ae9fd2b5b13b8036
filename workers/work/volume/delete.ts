import { releaseQuota, snapshotDeltas, volumeDeltas } from '../../../schema/quotas.ts';
import { snapshotsOfVolume, volumeOrNull } from '../fragments.ts';
import { removeSnapshot } from '../removing.ts';
import { attachmentsGone, inError, room } from '../sql.ts';
import { toVolume } from '../subjects.ts';
import { done, work } from '../work.ts';

/**
 * Removes the volume, after its snapshots. Succeeds when it is already gone. A volume whose adoption was never
 * finished is released instead: its bytes belong to somebody.
 */
export const deleteVolume = work({
  kind: 'volume.delete',
  does: 'removes a volume and its snapshots',
  steps: ['delete'],
  needs: { volume: volumeOrNull('is_adopting'), snapshots: snapshotsOfVolume },
  uses: ['backend.remove', 'backend.snapshot', 'backend.manage'],
  async run({ volume, snapshots }, _operation, { backend, call }) {
    if (volume === null) return done();
    for (const snapshot of snapshots) await removeSnapshot(backend, snapshot, volume, call);
    if (volume.is_adopting) await backend.manage?.release(toVolume(volume), call);
    else await backend.remove(toVolume(volume), call);
    return done();
  },
  events: { done: 'volume.delete.end', failed: 'volume.delete.error' },
  message: { action: 'deleteVolume', detail: 'driverFailedDelete' },
  done: (ends) => ({
    before: [ends('snapshot', 'snapshots_gone', 'r.volume_id = f.resource_id'), attachmentsGone],
    also: [room('resource', '-v.size_gib')],
    counts: releaseQuota(`${volumeDeltas('resource', -1)} UNION ALL ${snapshotDeltas('snapshots_gone', -1)}`),
  }),
  failed: (ends) => ({
    also: [ends('snapshot', 'kept', 'r.volume_id = f.resource_id')],
    alsoFailed: inError('snapshot', 'kept'),
  }),
});
