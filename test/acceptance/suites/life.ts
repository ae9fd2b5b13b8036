// The life of a service: it is started, interrupted, killed, and started again.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask, signIn } from '../clients.ts';
import { assertKillLosesNothing } from '../kill.ts';
import { command, root, scoria, spawned, startService, temporaryFolder, until, within } from '../service.ts';

test('start says what it serves in at most 12 lines', async () => {
  const folder = temporaryFolder();
  const begun = command(['start'], folder, { SCORIA_PORT: '0', SCORIA_DATA: 'here' });
  await until(
    async () => begun.said.stdout,
    (said) => said.includes('Ctrl-C'),
  );
  begun.child.kill('SIGINT');
  const ended = await within(begun.ended, 'the end');
  assert.equal(ended.code, 0);
  const lines = ended.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('stopping'));
  assert.ok(lines.length <= 12, `${lines.length} lines:\n${ended.stdout}`);
  assert.equal(ended.stderr, '');
  assert.ok(!ended.stdout.includes('\u001b'), 'no colours where there is no terminal');
  assert.ok(existsSync(join(folder, 'here', 'passwords.json')));
});

test('a second start on the same data is refused with exit code 3, and the first goes on', async () => {
  const first = await startService();
  const second = await scoria(['start'], first.folder, { SCORIA_PORT: '0', SCORIA_DATA: first.data });
  assert.equal(second.code, 3);
  assert.match(second.stderr, /^scoria: the data directory .* is in use: process \d+ has it open/);
  for (const verb of ['migrate', 'rotate-keys']) {
    assert.equal((await scoria([verb], first.folder, { SCORIA_DATA: first.data })).code, 3, verb);
  }
  assert.equal((await ask(first, await signIn(first, 'demo'), 'GET', '/v3/volumes')).status, 200);
  assert.equal((await first.stop()).code, 0);
});

test('an interrupt ends it with code 0 within 5 seconds, and the next start has everything', async () => {
  const first = await startService();
  const token = await signIn(first, 'demo');
  const made = await ask(first, token, 'POST', '/v3/volumes', { volume: { size: 1, name: 'kept' } });
  assert.equal(made.status, 202);
  const ended = await first.stop('SIGINT');
  assert.equal(ended.code, 0);
  assert.ok(ended.milliseconds < 5_000, `${ended.milliseconds} ms`);
  const second = await startService({ folder: first.folder });
  // Keys and revocations outlive the process: so do tokens.
  const path = `/v3/volumes/${made.body.volume.id}`;
  const shown = await until(
    () => ask(second, token, 'GET', path),
    ({ body }) => body.volume?.status === 'available',
  );
  assert.equal(shown.body.volume.name, 'kept');
  await second.stop();
});

test('one Ctrl-C in a terminal, which reaches every process of the command, ends it with code 0', async () => {
  const folder = temporaryFolder();
  const program = join(root, 'bin/scoria');
  const begun = spawned(program, ['start', '--json'], folder, { SCORIA_PORT: '0' }, true);
  await until(
    async () => begun.said.stdout,
    (said) => said.includes('}'),
  );
  process.kill(-(begun.child.pid ?? 0), 'SIGINT');
  const ended = await within(begun.ended, 'the end');
  assert.equal(ended.code, 0, ended.stderr);
});

test('two interrupts at once, as a terminal and a parent send them, end it with code 0', async () => {
  for (const second of ['SIGINT', 'SIGTERM'] as const) {
    const service = await startService();
    service.command.child.kill('SIGINT');
    service.command.child.kill(second);
    const ended = await within(service.command.ended, 'the end');
    assert.equal(ended.code, 0, ended.stderr);
  }
});

test('an interrupt while it is still starting ends it with code 0, and the next start goes on', async () => {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  const begun = command(['start', '--json'], folder, { SCORIA_PORT: '0', SCORIA_DATA: data });
  await until(
    async () => existsSync(data),
    (isThere) => isThere,
  );
  begun.child.kill('SIGINT');
  const ended = await within(begun.ended, 'the end');
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(ended.stderr, /^stopping: /);
  const second = await startService({ folder });
  await second.stop();
});

test('kill -9 amid 16 creates at once loses none that was acknowledged, and counters equal sums', async (t) => {
  const acknowledged = await assertKillLosesNothing({}, 200);
  t.diagnostic(`${acknowledged} acknowledged creates were there again`);
});

test('everything in the data folder is closed to others, also in one that was there and open', async () => {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  mkdirSync(data);
  chmodSync(data, 0o755);
  const first = await startService({ folder });
  const token = await signIn(first, 'demo');
  await ask(first, token, 'POST', '/v3/volumes', { volume: { size: 1, name: 'kept' } });
  await first.stop();
  assert.deepEqual(openTo(data), []);
  for (const name of readdirSync(data, { recursive: true, encoding: 'utf8' })) {
    const path = join(data, name);
    chmodSync(path, statSync(path).isDirectory() ? 0o777 : 0o666);
  }
  chmodSync(data, 0o777);
  const second = await startService({ folder });
  assert.deepEqual(openTo(data), []);
  await second.stop();
  assert.deepEqual(openTo(data), []);
  assert.equal(statSync(join(folder, 'clouds.yaml')).mode & 0o777, 0o600);
});

/** What in a folder, and of the folder itself, others may do something with. */
function openTo(folder: string): string[] {
  const names = ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })];
  return names.filter((name) => ((statSync(join(folder, name), { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0);
}

test('SCORIA_ADMIN_PASSWORD is the password of admin, at the first start and at later ones', async () => {
  const first = await startService({ env: { SCORIA_ADMIN_PASSWORD: 'chosen-by-me' } });
  assert.equal(first.password('admin'), 'chosen-by-me');
  await signIn(first, 'admin');
  await first.stop();
  const second = await startService({ folder: first.folder, env: { SCORIA_ADMIN_PASSWORD: 'changed-by-me' } });
  assert.equal(second.password('admin'), 'changed-by-me');
  await signIn(second, 'admin');
  await second.stop();
});

test("a clouds.yaml that start did not write is left alone, and start's own is written anew", async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'clouds.yaml');
  writeFileSync(path, 'clouds: {}\n');
  const first = await startService({ folder });
  assert.equal(JSON.parse(first.command.said.stdout).clouds, null);
  await first.stop();
  assert.equal(readFileSync(path, 'utf8'), 'clouds: {}\n');
  const second = await startService();
  await second.stop();
  const third = await startService({ folder: second.folder });
  assert.match(readFileSync(third.clouds, 'utf8'), new RegExp(`auth_url: ${third.url}/identity/v3`));
  await third.stop();
});

test('a taken port is refused with exit code 3, and nothing is made', async () => {
  const folder = temporaryFolder();
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const ended = await scoria(['start'], folder, { SCORIA_PORT: `${address.port}` });
  server.close();
  assert.equal(ended.code, 3);
  assert.match(ended.stderr, /cannot listen on 127\.0\.0\.1:\d+: something else listens there/);
  assert.deepEqual(readdirSync(folder), []);
});
