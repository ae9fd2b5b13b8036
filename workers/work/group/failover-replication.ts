import { groupVolumes, text } from '../fragments.ts';
import { groupBecomes, replicationOf, targetOf } from '../replicating.ts';
import { toVolume } from '../subjects.ts';
import { done, work } from '../work.ts';

/** Fails the members over together. The facts: where each one is now, and whether that is its home. */
export const failOverGroup = work({
  kind: 'group.failover_replication',
  does: 'has the volumes of a group served from another system',
  steps: ['failover_replication'],
  needs: { volumes: groupVolumes, target: text('target') },
  uses: ['backend.replication'],
  async run({ volumes: rows, target: wanted }, _operation, { backend, call }) {
    const replication = replicationOf(backend);
    const volumes = rows.map(toVolume);
    const target = targetOf(replication, wanted, null);
    await replication.failoverVolumes(volumes, target, call);
    const located = await replication.locate(volumes, call);
    const locations = Object.fromEntries(located.map((one) => [one.id, one.location]));
    return done(null, { locations, is_home: target === null });
  },
  events: { done: 'group.failover_replication.end', failed: 'group.failover_replication.error' },
  message: { action: 'failOverGroup', detail: 'driverFailedFailover' },
  done: {
    resource: groupBecomes(
      'failing-over',
      `CASE WHEN :facts::jsonb ->> 'is_home' = 'true' THEN 'enabled' ELSE 'failed-over' END`,
      'volume.failover_replication.end',
      `, location = :facts::jsonb -> 'locations' ->> COALESCE(v.name_id, v.id)::text`,
    ),
  },
  failed: { resource: groupBecomes('failing-over', `'failover-error'`, 'volume.failover_replication.error') },
});
