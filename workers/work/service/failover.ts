import { timestamp } from '../../../infra/clock/port.ts';
import { fragment } from '../../../schema/statement.ts';
import { DriverError } from '../../driver.ts';
import { pageRows, relocate, volumesOfBackend } from '../../store/relocate.ts';
import { text } from '../fragments.ts';
import { replicationOf, targetOf } from '../replicating.ts';
import { unchanged } from '../sql.ts';
import { toVolume } from '../subjects.ts';
import { done, work } from '../work.ts';

const active = `(:facts::jsonb ->> 'active_backend_id')`;

/**
 * Fails the whole back end over, then asks where each volume is. A volume without a copy there is an error until its
 * home serves it again. A second try starts over and finds the same. The fact `active_backend_id` is null at home.
 */
export const failOverBackend = work({
  kind: 'service.failover',
  does: 'has the volumes of a back end served from another system',
  steps: ['failover'],
  needs: { host: text('host'), wanted: text('target'), active: text('active') },
  uses: ['backend.replication'],
  async run({ host, wanted, active }, { id, attempt }, { backend, ports, call }) {
    const replication = replicationOf(backend);
    const target = targetOf(replication, wanted, active);
    await replication.failover(target, call);
    let after: string | null = null;
    for (;;) {
      const rows = await volumesOfBackend(ports.database, host ?? '', after);
      const located = await replication.locate(rows.map(toVolume), call);
      const now = timestamp(ports.clock);
      const isMine = await relocate(ports.database, { id, attempt, now, is_home: target === null }, located);
      if (!isMine) throw new DriverError('transient', 'The lease of the operation was lost.');
      if (rows.length < pageRows) return done(null, { active_backend_id: target });
      after = rows.at(-1)?.id ?? null;
    }
  },
  events: null,
  message: { action: 'failOverBackend', detail: 'driverFailedFailover', of: 'nobody' },
  // While it is failed over, no volume is placed on it. A frozen back end stays disabled at home too.
  done: {
    resource: unchanged,
    also: [
      fragment(
        'service',
        `UPDATE services s SET active_backend_id = ${active}, disabled = ${active} IS NOT NULL OR s.frozen,
    replication_status = CASE WHEN ${active} IS NULL THEN 'enabled' ELSE 'failed-over' END,
    disabled_reason = CASE WHEN ${active} IS NOT NULL THEN 'failed-over' WHEN s.frozen THEN 'frozen' END
  FROM fenced f WHERE s.id = f.resource_id`,
      ),
    ],
  },
  failed: {
    resource: unchanged,
    also: [
      fragment(
        'service',
        `UPDATE services s SET replication_status = 'failover-error' FROM fenced f WHERE s.id = f.resource_id`,
      ),
    ],
  },
});
