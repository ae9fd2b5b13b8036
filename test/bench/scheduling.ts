// npm run bench:scheduler: what one decision of the scheduler costs among many pools.
//
//   npm run bench:scheduler [-- POOLS]     1,000 unless said
//
// From the message to the volume's place in the database, on the embedded database in memory; beside it the reading
// of the pools alone, and the choice alone. Every filter is on, and every pool fits.
import { timestamp } from '../../infra/clock/port.ts';
import { systemClock } from '../../infra/clock/system.ts';
import { webDigests } from '../../infra/digests/web.ts';
import { systemIds } from '../../infra/ids/system.ts';
import { silentLog } from '../../infra/log/lines.ts';
import { schedule } from '../../workers/schedule.ts';
import { decide } from '../../workers/scheduler/decide.ts';
import { readPools } from '../../workers/store/pools.ts';
import { startScoria } from '../harness/scoria.ts';
import { fillPools } from '../harness/thousand-pools.ts';

const count = Number(process.argv[2] ?? 1000);
const rounds = 40;
const clock = systemClock();
const scoria = await startScoria({ workers: false });
const ports = { ...scoria, clock, ids: systemIds(), digests: webDigests(), log: silentLog };
const request = {
  sizeGiB: 1,
  availabilityZone: 'nova',
  extraSpecs: { tier: '<in> silver', QoS_support: '<is> True' },
  sourceHost: null,
  livesOn: null,
  only: null,
  groupBackend: null,
};

async function timed(work: () => unknown): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

async function decision(): Promise<number> {
  const made = await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1, volume_type: 'silver' } } });
  const [row] = await scoria.database.all<{ id: string }>({
    name: 'bench.operation',
    text: `SELECT id::text AS id FROM operations WHERE resource_id = '${made.body.volume.id}'`,
  });
  const message = { operation: row?.id ?? '', attempt: 0, kind: 'volume.create' };
  return timed(() => schedule(ports, { message }));
}

function line(name: string, values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN).toFixed(1).padStart(8);
  return `${name.padEnd(34)}${at(0)}${at(0.5)}${at(0.95)}\n`;
}

try {
  await fillPools(scoria.database, Math.ceil(count / 10), timestamp(clock));
  await scoria.database.all({ name: 'bench.quota', text: 'UPDATE quota_classes SET hard_limit = -1' });
  const type = { volume_type: { name: 'silver', extra_specs: request.extraSpecs } };
  await scoria.ask('POST', '/v3/types', { as: 'admin', body: type });
  const pools = await readPools(scoria.database, timestamp(clock));
  const whole: number[] = [];
  const reading: number[] = [];
  const choosing: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    whole.push(await decision());
    reading.push(await timed(() => readPools(scoria.database, timestamp(clock))));
    choosing.push(await timed(() => decide(pools, request)));
  }
  process.stdout.write(`${pools.length} pools, ${rounds} decisions; milliseconds    least  median     95%\n`);
  process.stdout.write(line('a decision, from message to place', whole));
  process.stdout.write(line('  reading the pools alone', reading));
  process.stdout.write(line('  the choice alone', choosing));
} finally {
  await scoria.close();
}
