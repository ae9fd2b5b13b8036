import { backupDeltas, releaseQuota } from '../../../schema/quotas.ts';
import { fragment } from '../../../schema/statement.ts';
import { manifestKey } from '../../backups/manifest.ts';
import { onObjects } from '../../backups/on-objects.ts';
import { removeBackup } from '../../backups/remove.ts';
import { DriverError } from '../../driver.ts';
import { backupOrNull, volumeOfBackup } from '../fragments.ts';
import { toSnapshot } from '../subjects.ts';
import { done, work } from '../work.ts';

/** Removes the backup's data, and a snapshot that its creation may have left behind. Succeeds when both are gone. */
export const deleteBackup = work({
  kind: 'backup.delete',
  does: 'removes a backup from the store',
  steps: ['delete'],
  needs: { backup: backupOrNull, volume: volumeOfBackup },
  uses: ['backend.snapshot', 'objects'],
  async run({ backup, volume }, _operation, { backend, ports, call }) {
    if (backup === null) return done();
    if (volume !== null) {
      const left = toSnapshot({ id: backup.id, location: null }, volume);
      await backend.snapshot?.remove(left, call).catch((cause: unknown) => {
        throw new DriverError('transient', 'The snapshot that the backup was read from cannot be removed.', { cause });
      });
    }
    const key = backup.location ?? manifestKey(backup.volume_id, backup.id);
    await onObjects(ports, (objects) => removeBackup(objects, backup.id, key, call.signal));
    return done();
  },
  events: { done: 'backup.delete.end', failed: 'backup.delete.error' },
  message: { action: 'deleteBackup', detail: 'backupDeleteFailed' },
  done: {
    also: [
      fragment(
        'parent',
        `UPDATE backups p SET dependent_count = p.dependent_count - 1 FROM resource b WHERE p.id = b.parent_id`,
      ),
    ],
    counts: releaseQuota(backupDeltas('resource', -1)),
  },
  failed: { set: 'fail_reason = :cause::text' },
});
