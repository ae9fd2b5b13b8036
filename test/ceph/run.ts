// npm run acceptance:ceph: the driver ceph-rbd on a real Ceph (one monitor, one manager, one osd; Debian packages): the
// suite of drivers, its limits measured by fio, and a part of tempest's volume tests. Skipped, loudly, where it is not
// installed. Some of it: npm run acceptance:ceph -- suite tempest qos. The last line sums up.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { advice, unmetNeeds } from '../acceptance/packages.ts';
import { root } from '../acceptance/service.ts';
import { ofDrivers } from '../tempest/ceph.ts';
import { startCeph } from './server.ts';

interface Part {
  readonly name: string;
  readonly args: readonly string[];
}

/** Those of a row run beside each other; what is measured runs alone. */
const rows: readonly (readonly Part[])[] = [
  [
    { name: 'suite', args: ['test/run.ts', 'drivers/ceph-rbd', 'drivers/os-brick'] },
    { name: 'tempest', args: ['test/tempest/run.ts', 'ceph', ofDrivers] },
  ],
  [{ name: 'qos', args: ['test/bench/qos.ts', 'ceph-rbd'] }],
];

const counted = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm;

/** Runs it and shows what it says; its last counts. */
async function runPart({ name, args }: Part, folder: string): Promise<readonly [number, number, number]> {
  const since = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, TEST_CEPH: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      process.stdout.write(text.replace(/^(?=.)/gm, `${name}: `));
    });
  }
  const [code] = await once(child, 'close');
  process.stdout.write(`${name}: ${((performance.now() - since) / 1000).toFixed(0)} s\n`);
  const [, passed, failed, skipped] = [...said.matchAll(counted)].at(-1) ?? [];
  if (passed === undefined) return [0, 1, 0];
  return [Number(passed), Math.max(Number(failed), code === 0 ? 0 : 1), Number(skipped ?? 0)];
}

const chosen = process.argv.slice(2);
const unmet = unmetNeeds(['ceph', 'qsd', 'tempest', 'osBrick']);
if (unmet.includes('ceph')) {
  process.stdout.write(`SKIPPED ceph: ${unmet.map(advice).join('; ')}\n0 passed, 0 failed, 1 skipped\n`);
} else {
  const ceph = await startCeph();
  const sum = [0, 0, 0];
  for (const row of rows) {
    const wanted = row.filter(({ name }) => chosen.length === 0 || chosen.includes(name));
    for (const counts of await Promise.all(wanted.map((part) => runPart(part, ceph.folder)))) {
      for (const [at, count] of counts.entries()) sum[at] = (sum[at] ?? 0) + count;
    }
  }
  ceph.stop();
  const [passed, failed, skipped] = sum;
  process.stdout.write(`${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}\n`);
  if (failed !== 0) process.exitCode = 1;
}
