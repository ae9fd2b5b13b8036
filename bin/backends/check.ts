// Tries out a back end as a worker would use it, and removes what it created.
import { randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { systemClock } from '../../infra/clock/system.ts';
import { type Backend, type BackendStats, capabilitiesOf, DriverError, type Volume } from '../../workers/driver.ts';
import type { BackendSettings } from '../../workers/start.ts';

export interface Checked {
  readonly step: string;
  readonly isFine: boolean;
  readonly says: string;
}

/** The longest that a single call may take. */
const secondsForCall = 60;

/** The steps in order; after the first failure only the clean-up follows. Rejects when it is interrupted. */
export async function checkBackend(
  { open }: Pick<BackendSettings, 'open'>,
  interrupt: AbortSignal,
): Promise<Checked[]> {
  const checks: Checked[] = [];
  const call = () => ({ signal: AbortSignal.any([interrupt, AbortSignal.timeout(secondsForCall * 1000)]) });
  const step = async <T>(name: string, work: () => Promise<T>, says: (value: T) => string): Promise<T> => {
    try {
      const value = await work();
      checks.push({ step: name, isFine: true, says: says(value) });
      return value;
    } catch (error) {
      checks.push({ step: name, isFine: false, says: inWords(error) });
      throw new Failed();
    }
  };
  let backend: Backend | null = null;
  try {
    const opened = await step(
      'open',
      () => open(cliPorts),
      () => 'credentials and options are accepted',
    );
    backend = opened;
    const stats = await step('stats', () => opened.stats(call()), versions);
    checks.push({ step: 'can', isFine: true, says: abilities(opened) });
    await useOneVolume(opened, stats, step, call);
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
  } finally {
    await backend?.close();
  }
  return checks;
}

class Failed extends Error {}

type Step = <T>(name: string, work: () => Promise<T>, says: (value: T) => string) => Promise<T>;
type MakeCall = () => { readonly signal: AbortSignal };

async function useOneVolume(backend: Backend, stats: BackendStats, step: Step, call: MakeCall): Promise<void> {
  const pool = stats.pools[0]?.name ?? '';
  const blank: Volume = { id: randomUUID(), sizeGiB: 1, pool, location: null, qos: {}, extraSpecs: {} };
  const make = () => backend.create(blank, { kind: 'blank' }, call());
  try {
    const { location } = await step('create', make, () => `a volume of 1 GiB in the pool ${pool}`);
    const volume = { ...blank, location };
    if (backend.openData !== undefined) {
      await step(
        'bytes',
        () => writeAndRead(backend, volume, call),
        () => '1 MiB written and read back equal',
      );
    }
    const connector = {
      host: hostname(),
      ip: '127.0.0.1',
      initiator: 'iqn.2026-01.scoria:check',
      do_local_attach: false,
    };
    const options = { mode: 'rw', attachmentId: blank.id } as const;
    const connected = () => backend.connect(volume, connector, options, call());
    await step('connect', connected, ({ driver_volume_type: type }) => `connection of the type ${type}`);
    await step(
      'disconnect',
      () => backend.disconnect(volume, connector, options, call()),
      () => 'closed again',
    );
  } finally {
    // By id alone, as after a lost answer, so that what a failed step left is removed too.
    await step(
      'remove',
      () => backend.remove(blank, call()),
      () => 'nothing is left behind',
    );
  }
}

async function writeAndRead(backend: Backend, volume: Volume, call: MakeCall): Promise<void> {
  const data = await backend.openData?.({ kind: 'volume', volume }, 'rw', call());
  if (data === undefined) return;
  try {
    const bytes = randomBytes(1024 ** 2);
    await data.write(4096, bytes);
    await data.flush();
    const read = await data.read(4096, bytes.length);
    if (!bytes.equals(read)) throw new Error('what was read is not what was written');
  } finally {
    await data.close();
  }
}

function versions(stats: BackendStats): string {
  const pools = stats.pools.map(
    ({ name, totalGiB, freeGiB }) => `${name} (${room(freeGiB)} of ${room(totalGiB)} GiB free)`,
  );
  const version = stats.backendVersion === undefined ? '' : `${stats.backendVersion}, `;
  return `${version}driver ${stats.driverVersion} of ${stats.vendorName}; pools: ${pools.join(', ')}`;
}

const room = (gib: number | null) => (gib === null ? '?' : gib === Number.POSITIVE_INFINITY ? '∞' : gib.toFixed(1));

function abilities(backend: Backend): string {
  const able = Object.entries(capabilitiesOf(backend)).map(([name, is]) => `${name} ${is ? 'yes' : 'no'}`);
  return [...able, `bytes for backups and images ${backend.openData === undefined ? 'no' : 'yes'}`].join(', ');
}

const inWords = (error: unknown) =>
  error instanceof DriverError
    ? `${error.failure}: ${error.message}`
    : error instanceof Error
      ? error.message
      : String(error);

const clock = systemClock();
const cliPorts: Parameters<BackendSettings['open']>[0] = { now: clock.now, sleep: clock.sleep, log: () => {} };
