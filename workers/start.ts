// Starting a volume worker with its scheduler: opens back ends and starts consumers, reports and the sweeper.

import { timestamp } from '../infra/clock/port.ts';
import { backendQueue, schedulerQueue } from '../schema/operations.ts';
import { consumeBackend } from './consume.ts';
import type { Backend, DriverPorts } from './driver.ts';
import type { CacheLimits, WorkerPorts } from './ports.ts';
import { beat, type Reporting, reportForever, reportStats } from './report.ts';
import { consumeScheduler } from './schedule.ts';
import { releaseAll } from './store/sweep.ts';
import { sweepForever } from './sweeper.ts';

export interface BackendSettings {
  readonly name: string;
  open(ports: DriverPorts): Promise<Backend>;
}

export interface WorkerSettings {
  readonly host: string;
  readonly zone: string;
  /** The cluster that the volume services belong to: each to `cluster@backend`. None unless said. */
  readonly cluster?: string | null;
  readonly concurrency: number;
  readonly backends: readonly BackendSettings[];
  /** Whether no other process can be working on this database: then what a dead one was at goes on at once. */
  readonly isSole: boolean;
  /** See WorkerPorts; null: no cache. */
  readonly imageCache?: CacheLimits | null;
}

/** Work under way gets so long when we stop; what has not ended then goes on at the next start. */
const stopSeconds = 10;

/** Starts everything and returns how to stop it: no new work is taken, and what is under way ends first. */
export async function startWorkers(ports: WorkerPorts, settings: WorkerSettings): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  const opened = new Map<string, Backend>();
  const { imageCache } = settings;
  const peers: WorkerPorts = { ...ports, peer: (name) => opened.get(name), ...(imageCache && { imageCache }) };
  const consumers = [consumeScheduler(ports, settings.concurrency)];
  const plain = { host: settings.host, zone: settings.zone, cluster: null, backend: null } as const;
  const services: Reporting[] = [{ ...plain, binary: 'cinder-scheduler' }];
  if (ports.objects !== undefined) services.push({ ...plain, binary: 'cinder-backup' });
  for (const { name, open } of settings.backends) {
    const backend = await open({ now: () => ports.clock.now() });
    const service: Reporting = {
      host: `${settings.host}@${name}`,
      binary: 'cinder-volume',
      zone: settings.zone,
      cluster: settings.cluster ? `${settings.cluster}@${name}` : null,
      backend,
    };
    opened.set(service.host, backend);
    services.push(service);
    consumers.push(consumeBackend(peers, service.host, backend, settings.concurrency));
    await reportStats(ports, service, backend);
  }
  for (const service of services) await beat(ports, service);
  const queues = [schedulerQueue, ...settings.backends.map((one) => backendQueue(`${settings.host}@${one.name}`))];
  await releaseAll(ports.database, timestamp(ports.clock), queues, settings.isSole);
  const loops = [
    sweepForever(ports, queues, stopping.signal),
    ...services.map((one) => reportForever(ports, one, stopping.signal)),
  ];
  return async () => {
    stopping.abort(new Error('stopping'));
    const ended = Promise.all([...consumers.map((one) => one.stop()), ...loops]);
    // Taken back when all has ended: a sleep that nobody waits for would keep the process for its 10 s.
    const over = new AbortController();
    await Promise.race([ended, ports.clock.sleep(stopSeconds * 1000, over.signal)]);
    over.abort(new Error('stopped'));
    await Promise.all([...opened.values()].map((one) => one.close()));
  };
}
