import { countQuota, snapshotDeltas, volumeDeltas } from '../../../schema/quotas.ts';
import { fragment } from '../../../schema/statement.ts';
import { isMultiattach } from '../../../schema/volume-types.ts';
import { scheduleRetype } from '../../scheduler/choose-pool.ts';
import { removeOtherHalf } from '../../store/await-server.ts';
import { attachments, flag, newType, volume } from '../fragments.ts';
import { moveNeeds, moveSteps, moveUses, moveVolume } from '../moving.ts';
import { before } from '../sql.ts';
import { work } from '../work.ts';

export const retypeVolume = work({
  kind: 'volume.retype',
  does: 'gives a volume another type, and moves it when its pool has not what that asks for',
  steps: ['schedule', ...moveSteps],
  schedule: {
    needs: {
      volume: volume('previous_status', 'snapshot_count', 'availability_zone'),
      newType,
      attachments,
      mayMove: flag('may_migrate'),
    },
    run: scheduleRetype,
  },
  needs: { ...moveNeeds, newType },
  uses: moveUses,
  run: moveVolume,
  events: { done: 'volume.retype.end', failed: 'volume.retype.error' },
  message: { action: 'retypeVolume', detail: 'driverFailedMove' },
  done: (ends) => ({
    before: [
      before,
      // A snapshot that belongs to another project keeps its type, and what it counts for.
      fragment(
        'snapshots_before',
        `SELECT s.* FROM snapshots s JOIN before v ON s.volume_id = v.id AND s.project_id = v.project_id`,
      ),
      fragment(
        'new_type',
        `SELECT t.* FROM fenced f JOIN volume_types t ON t.id = (f.arguments->>'new_type_id')::uuid`,
      ),
      // If the type was deleted meanwhile, the volume stays as it was.
      ends('volume', 'typeless', 'r.id = f.resource_id AND NOT EXISTS (SELECT 1 FROM new_type)'),
    ],
    where: 'r.id = f.resource_id AND EXISTS (SELECT 1 FROM new_type)',
    set: `volume_type_id = (SELECT t.id FROM new_type t),
    migration_status = CASE WHEN jsonb_exists(f.arguments, 'source_host') THEN 'success' ELSE r.migration_status END,
    multiattach = (SELECT ${isMultiattach('t.extra_specs')} FROM new_type t)`,
    also: [
      fragment(
        'snapshots_after',
        `UPDATE snapshots s SET volume_type_id = r.volume_type_id FROM resource r
  WHERE s.volume_id = r.id AND s.project_id = r.project_id RETURNING s.*`,
      ),
    ],
    counts: countQuota(`SELECT d.* FROM (${volumeDeltas('before', -1)} UNION ALL ${volumeDeltas('resource', 1)}
  UNION ALL ${snapshotDeltas('snapshots_before', -1)} UNION ALL ${snapshotDeltas('snapshots_after', 1)}) d
  WHERE EXISTS (SELECT 1 FROM resource)`),
  }),
  failed: {
    set: `migration_status = CASE WHEN r.migration_status IN ('migrating', 'completing') THEN 'error' ELSE r.migration_status END`,
    queues: removeOtherHalf,
  },
});
