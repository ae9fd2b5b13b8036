import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { DirectoryBusyError, lockDirectory } from './directory-lock.ts';

const root = mkdtempSync(join(tmpdir(), 'scoria-lock-'));
// What a process is doing is read where the kernel says it.
const noProc = existsSync('/proc/self/stat') ? false : 'there is no /proc here';
after(() => rmSync(root, { recursive: true, force: true }));

/** A process that takes the lock, says `held` or `busy`, and keeps it until its input ends or it is killed. */
function taker(directory: string) {
  const url = new URL('./directory-lock.ts', import.meta.url).href;
  const text = `import { lockDirectory } from ${JSON.stringify(url)};
    process.stdin.on('end', () => process.exit()).resume();
    try { lockDirectory(${JSON.stringify(directory)}); console.log('held'); } catch (e) { console.log('busy'); }`;
  return spawn(process.execPath, ['--input-type=module', '-e', text], { stdio: ['pipe', 'pipe', 'inherit'] });
}

async function saying(child: ReturnType<typeof taker>): Promise<string> {
  const [data] = await once(child.stdout, 'data');
  return String(data).trim();
}

/** A lock whose process has been killed. */
async function abandoned(name: string): Promise<string> {
  const directory = join(root, name);
  const child = taker(directory);
  assert.equal(await saying(child), 'held');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return directory;
}

test('a second opener in the same process is told which process holds which directory, and what to do', () => {
  const directory = join(root, 'same');
  const lock = lockDirectory(directory);
  const says = (error: unknown) =>
    error instanceof DirectoryBusyError &&
    error.message.includes(String(process.pid)) &&
    error.message.includes(directory);
  assert.throws(() => lockDirectory(directory), says);
  lock.release();
  lock.release();
  lockDirectory(directory).release();
  assert.equal(existsSync(lock.path), false);
});

test('a lock of another live process is never taken', async () => {
  const directory = join(root, 'other');
  const child = taker(directory);
  assert.equal(await saying(child), 'held');
  assert.throws(() => lockDirectory(directory), new RegExp(`process ${child.pid} `));
  child.stdin.end();
  await once(child, 'exit');
});

test('a lock of a killed process is taken over, and nothing is left beside it', async () => {
  const directory = await abandoned('killed');
  lockDirectory(directory).release();
  assert.deepEqual(
    readdirSync(root).filter((name) => name.startsWith('killed')),
    [],
  );
});

/** A lock whose process was killed by `signal` under a parent that reaps nobody. */
async function underSleeper(name: string, signal: 'KILL' | 'STOP') {
  const directory = join(root, name);
  const url = new URL('./directory-lock.ts', import.meta.url).href;
  const text = `import { lockDirectory } from ${JSON.stringify(url)}; setInterval(() => {}, 1e6);
    lockDirectory(${JSON.stringify(directory)}); console.log(process.pid);`;
  // The shell becomes sleep, which never asks after its child.
  const shell = '"$0" --input-type=module -e "$1" & exec sleep 300';
  const parent = spawn('sh', ['-c', shell, process.execPath, text], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await once(parent.stdout, 'data');
  const pid = Number(String(said));
  const stateOf = () => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')[0];
  process.kill(pid, `SIG${signal}`);
  while (stateOf() !== (signal === 'KILL' ? 'Z' : 'T')) await setImmediate();
  // Its other threads end a moment later.
  while (signal === 'KILL' && readdirSync(`/proc/${pid}/task`).length > 1) await setImmediate();
  const end = async () => {
    if (signal === 'STOP') process.kill(pid, 'SIGKILL');
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  };
  return { directory, end };
}

test('a killed process that its parent has not reaped holds nothing', { skip: noProc }, async () => {
  const { directory, end } = await underSleeper('zombie', 'KILL');
  lockDirectory(directory).release();
  await end();
});

test('a stopped process can go on, and holds what it holds', { skip: noProc }, async () => {
  const { directory, end } = await underSleeper('stopped', 'STOP');
  assert.throws(() => lockDirectory(directory), DirectoryBusyError);
  await end();
});

test('a lock whose pid was given out again to another process is taken over', () => {
  const directory = join(root, 'reused');
  writeFileSync(
    `${directory}.lock`,
    JSON.stringify({ pid: process.pid, started: 'before', host: hostname(), token: 'x' }),
  );
  lockDirectory(directory).release();
});

test('a lock of another machine is not judged by a pid of this one', () => {
  const directory = join(root, 'far');
  writeFileSync(`${directory}.lock`, JSON.stringify({ pid: 1, started: '', host: 'elsewhere', token: 'x' }));
  assert.throws(() => lockDirectory(directory), /machine elsewhere/);
});

test('of eight processes that find a stale lock at once, one gets it', async () => {
  const directory = await abandoned('raced');
  const children = Array.from({ length: 8 }, () => taker(directory));
  const words = await Promise.all(children.map(saying));
  assert.equal(words.filter((word) => word === 'held').length, 1);
  const holder = children[words.indexOf('held')];
  assert.equal(JSON.parse(readFileSync(`${directory}.lock`, 'utf8')).pid, holder?.pid);
  for (const child of children) child.stdin.end();
  await Promise.all(children.map((child) => child.exitCode ?? once(child, 'exit')));
});

test('releasing leaves a lock alone that someone else has by now', () => {
  const directory = join(root, 'changed');
  const lock = lockDirectory(directory);
  writeFileSync(lock.path, JSON.stringify({ pid: 1, started: '', host: 'elsewhere', token: 'x' }));
  lock.release();
  assert.equal(existsSync(lock.path), true);
});
