import { scheduleMigration } from '../../scheduler/choose-pool.ts';
import { removeOtherHalf } from '../../store/await-server.ts';
import { attachments, text, volume } from '../fragments.ts';
import { moveNeeds, moveSteps, moveUses, moveVolume } from '../moving.ts';
import { work } from '../work.ts';

export const migrateVolume = work({
  kind: 'volume.migrate',
  does: 'moves a volume to another pool',
  steps: ['schedule', ...moveSteps],
  schedule: {
    needs: {
      volume: volume('previous_status', 'snapshot_count'),
      attachments,
      host: text('host'),
      cluster: text('cluster'),
    },
    run: scheduleMigration,
  },
  needs: moveNeeds,
  uses: moveUses,
  run: (given, operation, context) => moveVolume({ ...given, newType: null }, operation, context),
  events: { done: 'volume.migrate.end', failed: 'volume.migrate.error' },
  message: { action: 'migrateVolume', detail: 'driverFailedMove' },
  done: { set: `migration_status = 'success'` },
  failed: { set: `migration_status = 'error'`, queues: removeOtherHalf },
});
