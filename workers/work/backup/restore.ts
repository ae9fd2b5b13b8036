import { fragment } from '../../../schema/statement.ts';
import { asBackedUp, bootableAsBackedUp, joinBackup } from '../../store/restored.ts';
import { backup, volumeOfArguments } from '../fragments.ts';
import { restoreInto } from '../restoring.ts';
import { inError } from '../sql.ts';
import { toVolume } from '../subjects.ts';
import { done, work } from '../work.ts';

const ofVolume = `(f.arguments->>'volume_id')::uuid`;

/** Writes a backup over an existing volume. */
export const restoreToVolume = work({
  kind: 'backup.restore',
  does: 'writes a backup over a volume',
  steps: ['restore'],
  needs: { backup, volume: volumeOfArguments() },
  uses: ['backend.openData', 'objects', 'digests'],
  async run({ backup, volume }, _operation, { backend, ports, call }) {
    await restoreInto(toVolume(volume), backup, backend, call, ports);
    return done();
  },
  events: { done: 'backup.restore.end', failed: 'backup.restore.error' },
  message: { action: 'restoreBackup', detail: 'backupRestoreFailed' },
  done: (ends) => ({
    also: [
      // Whatever status an admin has set meanwhile. Its key is now that of the backup, and its old key is removed.
      ends('volume', 'volume', `r.id = ${ofVolume}`, {
        join: joinBackup,
        set: `encryption_key_id = COALESCE((f.arguments->>'new_key_id')::uuid, r.encryption_key_id), ${asBackedUp('r')},
    bootable = ${bootableAsBackedUp('r')}, image_metadata = COALESCE(b.image_metadata, r.image_metadata)`,
      }),
      fragment(
        'key_gone',
        `DELETE FROM encryption_keys k USING fenced f
  WHERE k.volume_id = ${ofVolume} AND k.id <> (f.arguments->>'new_key_id')::uuid`,
      ),
    ],
  }),
  failed: (ends) => ({
    set: 'fail_reason = :cause::text',
    also: [
      ends('volume', 'volume', `r.id = ${ofVolume}`),
      // The volume keeps its key, which opens what has not been overwritten.
      fragment(
        'key_gone',
        `DELETE FROM encryption_keys k USING fenced f WHERE k.id = (f.arguments->>'new_key_id')::uuid`,
      ),
    ],
    alsoFailed: inError('volume', 'volume'),
  }),
});
