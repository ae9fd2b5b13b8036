// npm run bench:qos: whether the limits of a back end are kept, measured by fio through the exported protocol.
//
//   npm run bench:qos               the driver qsd: 200, 500 and 2000 IOPS, 8 MiB/s, a change under way, and no limit again
//   TEST_CEPH=... npm run bench:qos -- ceph-rbd   the same on a cluster of test/ceph/up.sh
//
// fio writes at depth 16 for 8 s. The first second does not count: a bucket that was full may empty. A limit is kept
// within
// -5 % and +3 %; a measurement of a machine that was busy with others is repeated, up to 3 times. About 60 s.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connector } from '../drivers/bench.ts';
import { testPorts } from '../drivers/ports.ts';
import { type Engine, type Limited, limited } from './limited.ts';

const run = promisify(execFile);
const call = { signal: new AbortController().signal };

interface Sample {
  /** The end of it, in milliseconds since 1970. */
  readonly at: number;
  readonly perSecond: number;
}

/** What fio did, in samples of half a second: operations, or bytes. */
async function load(engine: Engine, blockBytes: number, seconds: number, what: 'iops' | 'bytes'): Promise<Sample[]> {
  const folder = await mkdtemp(join(tmpdir(), 'scoria-fio-'));
  try {
    const log = join(folder, 'log');
    const time = ['--size=256M', '--time_based', `--runtime=${seconds}`, '--randrepeat=1'];
    const logs = ['--log_avg_msec=500', '--log_unix_epoch=1', `--write_iops_log=${log}`];
    const how = ['--name=limits', '--rw=randwrite', `--bs=${blockBytes}`, '--iodepth=16', ...time, ...logs];
    const env = { ...process.env, ...engine.env };
    await run('fio', [...how, ...engine.args, `--output=${join(folder, 'out')}`], { env, cwd: folder });
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

interface Running extends Limited {
  readonly engine: Engine;
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

async function steady({ backend, volume, engine }: Running, spec: string, limit: number, blockBytes: number) {
  await backend.qos?.({ ...volume, qos: { [spec]: String(limit) } }, call);
  let measured = 0;
  for (let time = 0; time < 3 && !isKept(off(measured, limit)); time += 1) {
    const samples = await load(engine, blockBytes, 9, spec === 'total_iops_sec' ? 'iops' : 'bytes');
    const began = samples[0]?.at ?? 0;
    measured = mean(samples.filter(({ at }) => at > began + 1000));
  }
  report(`${spec} ${limit}`, measured, limit, isKept(off(measured, limit)));
}

/** 500, then 1500, then none, under one run: each settled within 2 s. */
async function changing({ backend, volume, engine, freeIops }: Running): Promise<void> {
  await backend.qos?.({ ...volume, qos: { total_iops_sec: '500' } }, call);
  const running = load(engine, 4096, 15, 'iops');
  const steps: number[] = [];
  for (const qos of [{ total_iops_sec: '1500' }, {}]) {
    await testPorts.sleep(5000);
    await backend.qos?.({ ...volume, qos }, call);
    steps.push(testPorts.now());
  }
  const samples = await running;
  const [first = 0, second = 0] = steps;
  // A sample is what happened in the half second before it.
  const between = (from: number, to: number) => mean(samples.filter(({ at }) => at > from + 2500 && at <= to));
  const faster = between(first, second);
  report('500 -> 1500 within 2 s', faster, 1500, isKept(off(faster, 1500)));
  const free = between(second, Number.POSITIVE_INFINITY);
  report('1500 -> none within 2 s', free, 1500, free > freeIops);
}

const name = process.argv[2] ?? 'qsd';
const subject = await limited(name);
if ('skip' in subject) process.stdout.write(`SKIPPED bench:qos ${name}: ${subject.skip}\n`);
else {
  const { backend, volume } = subject;
  try {
    await backend.create(volume, { kind: 'blank' }, call);
    const how = { mode: 'rw', attachmentId: volume.id } as const;
    const running = { ...subject, engine: subject.engineOf(await backend.connect(volume, connector, how, call)) };
    for (const iops of [200, 500, 2000]) await steady(running, 'total_iops_sec', iops, 4096);
    await steady(running, 'total_bytes_sec', 8 * 2 ** 20, 65_536);
    await changing(running);
    await backend.disconnect(volume, connector, how, call);
    await backend.remove(volume, call);
  } finally {
    await backend.close();
    await subject.end();
  }
  process.stdout.write(`${6 - failures} passed, ${failures} failed\n`);
  if (failures > 0) process.exitCode = 1;
}
