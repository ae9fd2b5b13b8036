// Every way to stop `npm start` ends the server and frees its port and its data, whichever process is told.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { adopt, freePort, root, spawned, temporaryFolder, until, within } from '../service.ts';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly state: string;
}

function processes(): Process[] {
  return readdirSync('/proc').flatMap((entry) => {
    const path = `/proc/${entry}/stat`;
    if (!/^\d+$/.test(entry) || !existsSync(path)) return [];
    const [, name = '', state = '', parent] = /^\d+ \((.*)\) (\S) (\d+)/s.exec(tryRead(path)) ?? [];
    return [{ pid: Number(entry), parent: Number(parent), name, state }];
  });
}

function tryRead(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const isThere = (pid: number) => processes().some((one) => one.pid === pid && one.state !== 'Z');

function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return once(socket, 'connect')
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy());
}

interface Started {
  readonly child: ChildProcess;
  readonly port: number;
  readonly data: string;
  /** The process that has the data folder. */
  readonly server: number;
}

/** Starts the service through a program, and waits until it is up. */
async function started(program: string, words: readonly string[], settings: Record<string, string> = {}) {
  const folder = temporaryFolder();
  const port = await freePort();
  const env = { SCORIA_PORT: String(port), SCORIA_DATA: join(folder, 'data'), ...settings };
  const { child, said } = spawned(program, words, folder, env, true);
  await until(
    async () => said.stdout,
    (text) => text.includes('Ctrl-C stops it'),
    120_000,
  );
  return { child, port, ...holderOf(folder) };
}

function holderOf(folder: string): Pick<Started, 'data' | 'server'> {
  const data = join(folder, 'data');
  return { data, server: JSON.parse(readFileSync(join(data, 'process.lock'), 'utf8')).pid };
}

/** The processes from a child of ours down to the server. */
function chain({ child, server }: Started): Process[] {
  const all = new Map(processes().map((one) => [one.pid, one]));
  const found: Process[] = [];
  for (let one = all.get(server); one !== undefined; one = all.get(one.parent)) {
    found.unshift(one);
    if (one.pid === child.pid) return found;
  }
  throw new Error('the server is no child of what was started');
}

async function assertStops(service: Started): Promise<void> {
  await until(
    async () => isThere(service.server),
    (there) => !there,
    15_000,
  );
  assert.equal(await isOpen(service.port), false, 'the port is free');
  assert.equal(existsSync(join(service.data, 'process.lock')), false, 'the data folder is free');
}

const npmStart = () => started('npm', ['start', '--prefix', root]);
const throughRun = () => started('node', [join(root, 'bin/run.mjs'), 'bin/scoria.ts', 'start']);

test('npm start keeps two processes, npm and the server; the command itself is one', async () => {
  const service = await npmStart();
  assert.deepEqual(
    chain(service).map((one) => one.pid),
    [service.child.pid, service.server],
  );
  service.child.kill('SIGTERM');
  await assertStops(service);
  const alone = await started(join(root, 'bin/scoria'), ['start']);
  assert.equal(alone.server, alone.child.pid);
  alone.child.kill('SIGTERM');
  await assertStops(alone);
});

for (const [how, start] of [
  ['npm start', npmStart],
  ['bin/run.mjs', throughRun],
] as const) {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const) {
    test(`${how}: ${signal} to what was started ends the server`, async () => {
      const service = await start();
      service.child.kill(signal);
      await assertStops(service);
    });
  }
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`npm start: ${signal} to the server ends all`, async () => {
    const service = await npmStart();
    process.kill(service.server, signal);
    await assertStops(service);
    await within(once(service.child, 'close'), 'npm', 10_000).catch(() => assert.ok(!isThere(service.child.pid ?? 0)));
  });
}

test('a launcher of npm that keeps its shell: kill -9 of any process above the server ends it', async () => {
  for (const [at, who] of [
    [0, 'npm'],
    [1, 'the shell'],
  ] as const) {
    // A script of somebody else's: with a second command, its shell stays.
    const service = await started('npm', [
      'exec',
      '--prefix',
      root,
      '-c',
      `npm_lifecycle_script=scoria ${join(root, 'bin/scoria')} start; true`,
    ]);
    const above = chain(service)[at];
    assert.ok(above !== undefined && above.pid !== service.server, who);
    process.kill(above.pid, 'SIGKILL');
    await assertStops(service);
  }
});

test('killing npm while it is still starting leaves no server', async () => {
  for (const milliseconds of [150, 400, 700, 1000]) {
    const folder = temporaryFolder();
    const port = await freePort();
    const env = { SCORIA_PORT: String(port), SCORIA_DATA: join(folder, 'data') };
    const { child } = spawned('npm', ['start', '--prefix', root], folder, env, true);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    child.kill('SIGKILL');
    await until(
      async () => groupOf(child.pid ?? 0),
      (left) => left.length === 0,
      30_000,
    );
    assert.equal(await isOpen(port), false);
  }
});

/** What is left of a process group. */
function groupOf(group: number): number[] {
  return processes()
    .filter(
      ({ pid, state }) =>
        state !== 'Z' &&
        / \S \d+ (\d+) /.exec(tryRead(`/proc/${pid}/stat`).replace(/^.*\)/s, ')'))?.[1] === String(group),
    )
    .map((one) => one.pid);
}

test('closing the terminal ends it', async () => {
  const folder = temporaryFolder();
  const port = await freePort();
  // script(1) gives it a terminal of its own, which goes when script is killed.
  const terminal = adopt(
    spawn('script', ['-qec', `npm start --prefix ${root}`, '/dev/null'], {
      cwd: folder,
      env: { ...process.env, SCORIA_PORT: String(port), SCORIA_DATA: join(folder, 'data') },
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  let said = '';
  terminal.stdout.on('data', (text) => {
    said += text;
  });
  await until(
    async () => said,
    (text) => text.includes('Ctrl-C stops it'),
    120_000,
  );
  terminal.kill('SIGKILL');
  await assertStops({ child: terminal, port, ...holderOf(folder) });
});

test('under nohup it outlives its terminal, and SIGTERM ends it', async () => {
  const service = await started('nohup', [join(root, 'bin/scoria'), 'start']);
  process.kill(service.server, 'SIGHUP');
  await new Promise((resolve) => setTimeout(resolve, 2000));
  assert.ok(isThere(service.server));
  process.kill(service.server, 'SIGTERM');
  await assertStops(service);
});

test('a shell that ends leaves what it started in the background alone', async () => {
  const service = await started('sh', ['-c', `${join(root, 'bin/scoria')} start & sleep 30 >/dev/null 2>&1`]);
  service.child.kill('SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, 2000));
  assert.ok(isThere(service.server));
  process.kill(service.server, 'SIGTERM');
  await assertStops(service);
});
