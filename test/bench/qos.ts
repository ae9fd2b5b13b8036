// npm run bench:qos: whether the limits of a back end are kept, measured by fio through the exported protocol.
//
//   npm run bench:qos               the driver qsd: 200, 500 and 2000 IOPS, 8 MiB/s, a change under way, and no limit again
//
// fio writes at depth 16 for 8 s. The first second does not count: a bucket that was full may empty. A limit is kept
// within
// -5 % and +3 %; a measurement of a machine that was busy with others is repeated, up to 3 times. About 60 s.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Backend, Volume } from '../../workers/driver.ts';
import { qsdDriver } from '../../workers/drivers/qsd/index.ts';
import { connector } from '../drivers/bench.ts';
import { testPorts } from '../drivers/ports.ts';
import { missingTools, uriOf } from '../drivers/qemu.ts';
import { directoryOfTest, endDaemon } from '../drivers/qsd-daemon.ts';

const run = promisify(execFile);
const call = { signal: new AbortController().signal };
const volume = (qos: Volume['qos']): Volume => ({
  ...{ id: 'c0f02a13-0000-4000-8000-000000000001', sizeGiB: 1, pool: 'pool', location: null, qos, extraSpecs: {} },
});

interface Sample {
  /** The end of it, in milliseconds since 1970. */
  readonly at: number;
  readonly perSecond: number;
}

/** What fio did, in samples of half a second: operations, or bytes. */
async function load(uri: string, blockBytes: number, seconds: number, what: 'iops' | 'bytes'): Promise<Sample[]> {
  const folder = await mkdtemp(join(tmpdir(), 'scoria-fio-'));
  try {
    const log = join(folder, 'log');
    await run('fio', [
      ...['--name=limits', '--ioengine=nbd', `--uri=${uri}`, '--rw=randwrite', `--bs=${blockBytes}`, '--iodepth=16'],
      ...[
        '--size=256M',
        '--time_based',
        `--runtime=${seconds}`,
        '--randrepeat=1',
        '--log_avg_msec=500',
        '--log_unix_epoch=1',
      ],
      ...[`--write_iops_log=${log}`, `--output=${join(folder, 'out')}`],
    ]);
    const lines = (await readFile(`${log}_iops.1.log`, 'utf8')).trim().split('\n');
    const factor = what === 'iops' ? 1 : blockBytes;
    return lines.map((line) => {
      const [at = '', iops = ''] = line.split(',');
      return { at: Number(at), perSecond: Number(iops) * factor };
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const mean = (samples: readonly Sample[]) =>
  samples.reduce((sum, { perSecond }) => sum + perSecond, 0) / Math.max(1, samples.length);

const off = (measured: number, limit: number) => (100 * (measured - limit)) / limit;
const isKept = (percent: number) => percent >= -5 && percent <= 3;
let failures = 0;

function report(what: string, measured: number, limit: number, isFine: boolean): void {
  if (!isFine) failures += 1;
  const told = `${off(measured, limit).toFixed(1)} %`;
  process.stdout.write(`${isFine ? 'ok  ' : 'FAIL'} ${what.padEnd(28)} ${measured.toFixed(0).padStart(9)}  ${told}\n`);
}

async function steady(backend: Backend, uri: string, spec: string, limit: number, blockBytes: number): Promise<void> {
  await backend.qos?.(volume({ [spec]: String(limit) }), call);
  let measured = 0;
  for (let time = 0; time < 3 && !isKept(off(measured, limit)); time += 1) {
    const samples = await load(uri, blockBytes, 9, spec === 'total_iops_sec' ? 'iops' : 'bytes');
    const began = samples[0]?.at ?? 0;
    measured = mean(samples.filter(({ at }) => at > began + 1000));
  }
  report(`${spec} ${limit}`, measured, limit, isKept(off(measured, limit)));
}

/** 500, then 1500, then none, under one run: each settled within 2 s. */
async function changing(backend: Backend, uri: string): Promise<void> {
  await backend.qos?.(volume({ total_iops_sec: '500' }), call);
  const running = load(uri, 4096, 15, 'iops');
  const steps: number[] = [];
  for (const qos of [{ total_iops_sec: '1500' }, {}]) {
    await testPorts.sleep(5000);
    await backend.qos?.(volume(qos), call);
    steps.push(testPorts.now());
  }
  const samples = await running;
  const [first = 0, second = 0] = steps;
  // A sample is what happened in the half second before it.
  const between = (from: number, to: number) => mean(samples.filter(({ at }) => at > from + 2500 && at <= to));
  const faster = between(first, second);
  report('500 -> 1500 within 2 s', faster, 1500, isKept(off(faster, 1500)));
  const free = between(second, Number.POSITIVE_INFINITY);
  report('1500 -> none within 2 s', free, 1500, free > 2000);
}

const { skip } = await missingTools('qemu-storage-daemon', 'fio');
if (skip !== undefined) process.stdout.write(`SKIPPED bench:qos: ${skip}\n`);
else {
  const directory = await directoryOfTest();
  const backend = await qsdDriver.open({ directory }, testPorts);
  try {
    await backend.create(volume({}), { kind: 'blank' }, call);
    const how = { mode: 'rw', attachmentId: volume({}).id } as const;
    const uri = uriOf(await backend.connect(volume({}), connector, how, call));
    for (const iops of [200, 500, 2000]) await steady(backend, uri, 'total_iops_sec', iops, 4096);
    await steady(backend, uri, 'total_bytes_sec', 8 * 2 ** 20, 65_536);
    await changing(backend, uri);
  } finally {
    await backend.close();
    await endDaemon(directory);
  }
  process.stdout.write(`${6 - failures} passed, ${failures} failed\n`);
  if (failures > 0) process.exitCode = 1;
}
