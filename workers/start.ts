// Starts the workers. Each part can be started alone, in a process of its own: the scheduler, the workers of back
// ends, the backup service, the sweeper. startWorkers() starts all of them in one process.
import { timestamp } from '../infra/clock/port.ts';
import type { LogFields, LogLevel } from '../infra/log/port.ts';
import { consumeBackend } from './consume.ts';
import type { Consumer } from './consumer.ts';
import type { Backend, DriverPorts } from './driver.ts';
import type { CacheLimits, WorkerPorts } from './ports.ts';
import { announce, beat, type Reporting, reportForever, reportStats } from './report.ts';
import { consumeScheduler } from './schedule.ts';
import { passphraseOf } from './store/passphrase.ts';
import { defaultRetention, type Retention } from './store/retention.ts';
import { releaseAll } from './store/sweep.ts';
import { sweepForever } from './sweeper.ts';
import { type DispatcherPorts, type DispatcherSettings, dispatch } from './webhooks/dispatcher.ts';

export interface BackendSettings {
  readonly name: string;
  /** Set when they differ from those of the worker. */
  readonly zone?: string | null;
  readonly cluster?: string | null;
  /** `http` and `processes` come from whoever chooses the drivers. */
  open(ports: Pick<DriverPorts, 'now' | 'sleep' | 'log' | 'passphrase'>): Promise<Backend>;
}

/** The names under which the services report. */
export interface Place {
  readonly host: string;
  readonly zone: string;
  /** The cluster that the volume services belong to: each one to `cluster@backend`. Absent: none. */
  readonly cluster?: string | null;
}

/** How much runs at once. */
export interface BackendWorkers {
  /** Connecting, creating, deleting, extending: work that somebody waits for. Per back end. */
  readonly quick: number;
  /** Copying bytes: images, backups, moves. Per back end. */
  readonly long: number;
}

export interface BackendsSettings extends Place {
  readonly backends: readonly BackendSettings[];
  readonly workers: BackendWorkers;
  /** See WorkerPorts; null: no cache. */
  readonly imageCache?: CacheLimits | null;
}

export interface WorkerSettings extends BackendsSettings {
  readonly workers: BackendWorkers & { readonly scheduler: number };
  /** No other process can be working on this database, so what a dead one left unfinished continues at once. */
  readonly isSole: boolean;
  readonly dispatcher?: DispatcherSettings;
}

/** A running part. When it is stopped it takes no new work, and lets the work in progress end first. */
export interface Running {
  stop(): Promise<void>;
}

/** How long work in progress may take when we stop. What is unfinished then continues at the next start. */
const stopSeconds = 10;

export async function startWorkers(ports: WorkerPorts, settings: WorkerSettings): Promise<Running> {
  const parts = [
    await startBackends(ports, settings),
    await startScheduler(ports, settings, settings.workers.scheduler),
    ...(ports.objects === undefined ? [] : [await startBackups(ports, settings)]),
    await startSweeper(ports, settings.isSole),
    ...(ports.webhooks === undefined
      ? []
      : [startDispatcher({ ...ports, webhooks: ports.webhooks }, settings.dispatcher)]),
  ];
  return {
    async stop() {
      await Promise.all(parts.map((one) => one.stop()));
    },
  };
}

/** The scheduler, which makes as many decisions at once as it has workers. */
export async function startScheduler(ports: WorkerPorts, place: Place, workers: number): Promise<Running> {
  const service = serviceOf(place, 'cinder-scheduler');
  await beat(ports, service);
  const consumer = consumeScheduler(ports, workers);
  return running(ports, [consumer], (signal) => reportForever(ports, service, signal));
}

/**
 * The volume services: opens the back ends and does their work. A copy between two back ends needs both in one
 * process.
 */
export async function startBackends(ports: WorkerPorts, settings: BackendsSettings): Promise<Running> {
  const opened = new Map<string, Backend>();
  const close = async () => {
    await Promise.all([...opened.values()].map((one) => one.close()));
  };
  const { imageCache, workers } = settings;
  const peers: WorkerPorts = { ...ports, peer: (name) => opened.get(name), ...(imageCache && { imageCache }) };
  try {
    const services: Reporting[] = [];
    const placeOf = ({ zone, cluster }: BackendSettings) => ({
      ...settings,
      zone: zone ?? settings.zone,
      cluster: cluster ?? settings.cluster ?? null,
    });
    for (const one of settings.backends) await announce(ports, volumeServiceOf(placeOf(one), one.name, null));
    for (const one of settings.backends) {
      const backend = await one.open(driverPorts(ports));
      const service = volumeServiceOf(placeOf(one), one.name, backend);
      opened.set(service.host, backend);
      services.push(service);
      await reportStats(ports, service, backend);
    }
    for (const service of services) await beat(ports, service);
    const consumers = [...opened].flatMap(([name, backend]) => [
      consumeBackend(peers, { name, backend }, 'quick', workers.quick),
      consumeBackend(peers, { name, backend }, 'long', workers.long),
    ]);
    const report = (signal: AbortSignal) => Promise.all(services.map((one) => reportForever(ports, one, signal)));
    return running(ports, consumers, report, close);
  } catch (error) {
    await close();
    throw error;
  }
}

const driverPorts = ({ clock, log, database, keys }: WorkerPorts) => ({
  ...(keys && { passphrase: (volumeId: string) => passphraseOf({ database, keys }, volumeId) }),
  now: () => clock.now(),
  sleep: (milliseconds: number, signal?: AbortSignal) => clock.sleep(milliseconds, signal),
  log: (level: LogLevel, event: string, fields?: LogFields) => log[level](event, fields),
});

/** The backup service. The workers of the back end that has the bytes copy them. */
export async function startBackups(ports: WorkerPorts, place: Place): Promise<Running> {
  const service = serviceOf(place, 'cinder-backup');
  await beat(ports, service);
  return running(ports, [], (signal) => reportForever(ports, service, signal));
}

/** The sweeper of all queues. One is enough; several do no harm. */
export async function startSweeper(
  ports: WorkerPorts,
  isSole: boolean,
  retention: Retention = defaultRetention,
): Promise<Running> {
  // Messages queued in memory died with their process.
  if (ports.queue.isLostAtEnd) await releaseAll(ports.database, timestamp(ports.clock), isSole);
  return running(ports, [], (signal) => sweepForever(ports, signal, retention));
}

/** Sends events to subscriptions. One is enough; several share the subscriptions. */
export const startDispatcher = (
  ports: WorkerPorts & DispatcherPorts,
  settings: DispatcherSettings = { atOnce: 32, perSecond: 1_000 },
): Running => running(ports, [], (signal) => dispatch(ports, settings, signal));

const serviceOf = ({ host, zone }: Place, binary: Reporting['binary']): Reporting => ({
  ...{ host, binary, zone },
  cluster: null,
  backend: null,
});

const volumeServiceOf = ({ host, zone, cluster }: Place, name: string, backend: Backend | null): Reporting => ({
  host: `${host}@${name}`,
  binary: 'cinder-volume',
  zone,
  cluster: cluster ? `${cluster}@${name}` : null,
  backend,
});

function running(
  { clock }: WorkerPorts,
  consumers: readonly Consumer[],
  loop: (signal: AbortSignal) => Promise<unknown>,
  close: () => Promise<void> = async () => {},
): Running {
  const stopping = new AbortController();
  const looping = loop(stopping.signal);
  return {
    async stop() {
      stopping.abort(new Error('stopping'));
      const ended = Promise.all([...consumers.map((one) => one.stop()), looping]);
      // Undone when all has ended: otherwise the pending sleep would keep the process alive for its 10 s.
      const over = new AbortController();
      await Promise.race([ended, clock.sleep(stopSeconds * 1000, over.signal)]);
      over.abort(new Error('stopped'));
      await close();
    },
  };
}
