// Heartbeats and statistics. The heartbeat does not wait for the statistics: a slow back end is not down.
import { timestamp } from '../infra/clock/port.ts';
import { type Backend, capabilitiesOf } from './driver.ts';
import type { WorkerPorts } from './ports.ts';
import { announceService, reportPools, reportService } from './store/report.ts';

export const heartbeatSeconds = 10;
export const statsSeconds = 60;
/** A back end that does not answer within this time has no statistics in this round. */
const statsTimeoutSeconds = 30;

/** A service, as it reports: `host@backend` for a volume worker, `host` for a scheduler. */
export interface Reporting {
  readonly host: string;
  readonly binary: 'cinder-volume' | 'cinder-scheduler' | 'cinder-backup';
  readonly zone: string;
  /** `cluster@backend`, for a volume worker that belongs to one. */
  readonly cluster: string | null;
  readonly backend: Backend | null;
}

export async function beat(ports: WorkerPorts, service: Reporting): Promise<void> {
  await reportService(ports.database, {
    id: ports.ids.uuid(),
    host: service.host,
    binary: service.binary,
    zone: service.zone,
    cluster: service.cluster,
    backend_state: service.backend === null ? null : 'up',
    replicates: service.backend?.replication !== undefined,
    now: timestamp(ports.clock),
  });
}

/** Registers a back end that is opened for the first time, so that work which only it could take waits for it. */
export async function announce(ports: WorkerPorts, { host, binary, zone }: Reporting): Promise<void> {
  await announceService(ports.database, { id: ports.ids.uuid(), host, binary, zone, now: timestamp(ports.clock) });
}

/** Asks the back end for its statistics and stores them. */
export async function reportStats(ports: WorkerPorts, service: Reporting, backend: Backend): Promise<void> {
  const timeout = new AbortController();
  const done = new AbortController();
  ports.clock.sleep(statsTimeoutSeconds * 1000, done.signal).then(
    () => timeout.abort(new Error('no statistics in time')),
    () => {},
  );
  try {
    const stats = await backend.stats({ signal: timeout.signal });
    const common = {
      vendor_name: stats.vendorName,
      driver_version: stats.driverVersion,
      storage_protocol: stats.storageProtocol,
      volume_backend_name: service.host.split('@')[1] ?? service.host,
      ...capabilitiesOf(backend),
      ...(backend.replication === undefined ? {} : { replication_targets: backend.replication.targets }),
    };
    const pools = stats.pools.map((pool) => ({
      name: `${service.host}#${pool.name}`,
      total_gib: finite(pool.totalGiB),
      free_gib: finite(pool.freeGiB),
      provisioned_gib: pool.provisionedGiB,
      reserved_percentage: pool.reservedPercentage,
      max_over_subscription_ratio: pool.maxOverSubscriptionRatio,
      thin: pool.thin,
      capabilities: { ...common, ...pool.capabilities },
    }));
    const now = timestamp(ports.clock);
    await reportPools(ports.database, { backend: service.host, zone: service.zone, pools: JSON.stringify(pools), now });
  } finally {
    done.abort(new Error('answered'));
  }
}

/** JSON has no infinity, but PostgreSQL reads the word. */
const finite = (value: number | null) => (value === Number.POSITIVE_INFINITY ? 'Infinity' : value);

/** Reports until the signal is aborted. */
export async function reportForever(ports: WorkerPorts, service: Reporting, signal: AbortSignal): Promise<void> {
  let nextStats = ports.clock.now() + statsSeconds * 1000;
  while (!signal.aborted) {
    await ports.clock.sleep(heartbeatSeconds * 1000, signal).catch(() => {});
    if (signal.aborted) return;
    await beat(ports, service).catch((error: unknown) =>
      ports.log.error('heartbeat-failed', { reason: String(error) }),
    );
    if (service.backend === null || ports.clock.now() < nextStats) continue;
    nextStats = ports.clock.now() + statsSeconds * 1000;
    // Not awaited: see the first line.
    reportStats(ports, service, service.backend).catch((error: unknown) =>
      ports.log.warn('stats-failed', { host: service.host, reason: String(error) }),
    );
  }
}
