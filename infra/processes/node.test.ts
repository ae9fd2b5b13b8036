import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeProcesses } from './node.ts';

const processes = nodeProcesses();
const { signal } = new AbortController();

test('a program gets its arguments as they are and its input, and its exit code is told', async () => {
  const ran = await processes.run('sh', ['-c', 'cat; printf %s "$1"; echo no >&2; exit 3', 'sh', '$(id) "; x'], {
    signal,
    input: 'secret ',
  });
  assert.deepEqual(ran, { code: 3, stdout: 'secret $(id) "; x', stderr: 'no\n' });
});

test('a program that is not there rejects, and one whose signal aborts has been killed', async () => {
  await assert.rejects(processes.run('no-such-program-of-ours', [], { signal }), /ENOENT/);
  const over = new AbortController();
  const running = processes.run('sleep', ['60'], { signal: over.signal });
  over.abort(new Error('late'));
  await assert.rejects(running, /late/);
  await assert.rejects(processes.run('sleep', ['60'], { signal: AbortSignal.abort(new Error('over')) }), /over/);
});

test('a program that is started runs until it is killed, and writes to its log', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scoria-processes-'));
  const logFile = join(folder, 'log');
  const pid = await processes.start('sh', ['-c', 'echo began; exec sleep 60'], { logFile });
  assert.ok(processes.isRunning(pid));
  while (readFileSync(logFile, 'utf8') === '') await new Promise(setImmediate);
  processes.kill(pid, 'SIGKILL');
  while (processes.isRunning(pid)) await new Promise(setImmediate);
  assert.equal(readFileSync(logFile, 'utf8'), 'began\n');
  processes.kill(pid, 'SIGKILL');
  for (const nobody of [0, -1, 1, Number.NaN]) assert.equal(processes.isRunning(nobody), false);
  rmSync(folder, { recursive: true });
  await assert.rejects(processes.start('no-such-program-of-ours', [], { logFile: '/dev/null' }), /ENOENT/);
});
