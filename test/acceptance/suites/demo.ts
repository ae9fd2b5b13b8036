// `scoria demo`: a volume's life on the running service, without any other program.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { ask, signIn } from '../clients.ts';
import {
  command,
  freePort,
  root,
  type Service,
  scoria,
  spawned,
  startService,
  temporaryFolder,
  within,
} from '../service.ts';

let service: Service;
before(async () => {
  service = await startService();
});
after(() => service.stop());

const demo = (...words: string[]) => scoria(['demo', ...words], service.folder, { SCORIA_DATA: service.data });

async function assertNothingLeft(): Promise<void> {
  const token = await signIn(service, 'demo');
  for (const list of ['volumes', 'snapshots', 'backups']) {
    assert.deepEqual((await ask(service, token, 'GET', `/v3/${list}`)).body[list], [], list);
  }
}

test('demo shows each state of a volume, and leaves nothing', async () => {
  const told = await demo();
  assert.equal(told.code, 0, told.stderr);
  for (const shown of [
    /create 1 GiB +POST \/volumes +\d+ ms {2}202 .*available/,
    /snapshot +POST \/snapshots .*available/,
    /extend to 2 GiB +POST \/volumes\/\$VOLUME\/action .*available/,
    /back up +POST \/backups .*available/,
    /restore .*POST \/backups\/\$BACKUP\/restore .*available/,
    /delete the volume +DELETE \/volumes\/\$VOLUME .*gone/,
    /What to try next/,
  ]) {
    assert.match(told.stdout, shown);
  }
  await assertNothingLeft();
});

test('demo --json is data alone, with every step and what it took', async () => {
  const told = await demo('--json');
  const { steps, milliseconds } = JSON.parse(told.stdout);
  assert.equal(steps.length, 9);
  assert.deepEqual(steps[0].states.at(-1), 'available');
  assert.ok(milliseconds > 0);
});

test('events replay prints what the demo did, in order, goes on from its cursor, and tail prints what happens', async () => {
  const replay = (...words: string[]) => scoria(['events', ...words], service.folder, { SCORIA_DATA: service.data });
  const told = await replay('replay', '--type', 'snapshot.*', '--json');
  assert.equal(told.code, 0, told.stderr);
  const types = told.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).type);
  assert.deepEqual(
    types.slice(0, 4),
    ['start', 'end']
      .map((end) => `snapshot.create.${end}`)
      .concat(['start', 'end'].map((end) => `snapshot.delete.${end}`)),
  );
  const [, cursor = ''] = /^cursor: (\d+-\d+)$/m.exec(told.stderr) ?? [];
  const after = await replay('replay', '--after', cursor, '--json');
  assert.deepEqual([after.code, after.stdout], [0, '']);
  const nobody = await replay('replay', '--to', `http://127.0.0.1:${await freePort()}/`);
  assert.equal(nobody.code, 1);
  assert.match(nobody.stderr, /does not take event/);
  const tail = command(['events', 'tail', '--after', cursor], service.folder, {
    SCORIA_DATA: service.data,
  });
  await demo();
  for (let tries = 0; tries < 200 && !/volume\.delete\.end +volume\//.test(tail.said.stdout); tries += 1) {
    await setTimeout(100);
  }
  tail.child.kill('SIGINT');
  const ended = await within(tail.ended, 'the end of tail', 20_000);
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(ended.stdout, /volume\.delete\.end +volume\/[0-9a-f-]{36}/);
  assert.match(ended.stdout, /cursor: \d+-\d+\n$/);
});

test('what demo --curl prints does the same in a shell, and holds no password', async () => {
  const told = await demo('--curl');
  assert.equal(told.code, 0, told.stderr);
  assert.ok(!told.stdout.includes(service.password('demo')));
  const typed = spawned('bash', ['-euxo', 'pipefail', '-c', told.stdout], service.folder);
  const ended = await within(typed.ended, 'the pasted lines', 120_000);
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(ended.stderr, /\+ VOLUME=[0-9a-f-]{36}/);
  await assertNothingLeft();
});

test('demo ends with 1 when something is not as it should be, says what, and removes what it made', async () => {
  const admin = await signIn(service, 'admin');
  const limit = (volumes: number) =>
    ask(service, admin, 'PUT', '/v3/os-quota-class-sets/default', { quota_class_set: { volumes } });
  assert.equal((await limit(1)).status, 200);
  const told = await demo();
  assert.equal(told.code, 1, told.stdout);
  assert.match(told.stderr, /^scoria: POST \/backups\/\$BACKUP\/restore: 413 .*exceed/);
  await limit(10);
  await assertNothingLeft();
});

test('an interrupted demo removes what it made', async () => {
  const words = [`${root}/bin/scoria.ts`, 'demo'];
  const begun = spawned(process.execPath, words, service.folder, { SCORIA_DATA: service.data });
  await new Promise<void>((resolve) => {
    begun.child.stdout?.on('data', () => {
      if (begun.said.stdout.includes('create 1 GiB')) resolve();
    });
  });
  begun.child.kill('SIGINT');
  assert.equal((await within(begun.ended, 'demo')).code, 1);
  await assertNothingLeft();
});

test('where nothing answers, demo says how to start it, and ends with 1', async () => {
  const away = await demo('--url', `http://127.0.0.1:${await freePort()}`);
  assert.equal(away.code, 1);
  assert.match(away.stderr, /nothing answers at .* Start it with npm start/);
  const nowhere = await scoria(['demo'], temporaryFolder());
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /npm start/);
});
