import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../../infra/clock/system.ts';
import { webDigests } from '../../../infra/digests/web.ts';
import { systemIds } from '../../../infra/ids/system.ts';
import { silentLog } from '../../../infra/log/lines.ts';
import { people } from '../../../test/harness/people.ts';
import { type Scoria, startScoria, type Told } from '../../../test/harness/scoria.ts';
import { sweep } from '../../../workers/sweeper.ts';

/** Without workers nothing is begun. */
let waiting: Scoria;
before(async () => {
  waiting = await startScoria({ workers: false });
});
after(() => waiting.close());

/** Runs it while workers do what waits. */
async function whileWorking(run: (working: Scoria) => Promise<void>): Promise<void> {
  const { database, queue } = waiting;
  const working = await startScoria({ shares: { database, queue } });
  await run(working).finally(() => working.close());
}

const cancel = (id: string, more: object = {}) => waiting.ask('POST', `/scoria/v1/operations/${id}/cancel`, more);
const operationOf = ({ headers }: Told) => headers.get('Scoria-Operation') ?? '';
const user = people.member?.userId ?? '';

test('what waits in the queue is cancelled once, and takes its fail edge as soon as somebody works', async () => {
  const made = await waiting.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
  const [operation, volume] = [operationOf(made), made.body.volume.id];
  assert.equal((await cancel(operation, { as: 'otherMember' })).status, 404);
  assert.equal((await cancel(operation, { as: 'reader' })).status, 403);
  const told = await cancel(operation);
  assert.equal(told.status, 202, told.text);
  assert.equal(told.headers.get('Scoria-Operation'), operation);
  assert.deepEqual(
    [told.body.operation.status, told.body.operation.cancelled_by, told.body.operation.cause],
    ['queued', user, null],
  );
  // Whoever cancels it again changes nothing.
  const again = await cancel(operation, { as: 'admin' });
  assert.deepEqual([again.status, again.body.operation.cancelled_by], [202, user]);

  await whileWorking(async (working) => {
    await working.until(`/v3/volumes/${volume}`, ({ body }) => body.volume.status !== 'creating');
  });
  const shown = await waiting.ask('GET', `/v3/volumes/${volume}`);
  assert.equal(shown.body.volume.status, 'error');
  const ended = await waiting.ask('GET', `/scoria/v1/operations/${operation}`);
  assert.deepEqual([ended.body.operation.status, ended.body.operation.cause], ['failed', `Cancelled by ${user}.`]);
  const events = await waiting.ask('GET', `/scoria/v1/events?resource=${volume}`);
  assert.deepEqual(
    events.body.events.map(({ type }: { readonly type: string }) => type),
    ['volume.create.start', 'volume.create.error'],
  );
  const messages = await waiting.ask('GET', '/v3/messages', { version: '3.71' });
  assert.match(messages.body.messages[0].user_message, /cancelled before the work had begun/);
  const late = await cancel(operation);
  assert.equal(late.status, 409);
  assert.match(late.body.conflictingRequest.message, /it has failed\. Cancelled by/);
});

test('where nobody works on its queue, the sweeper ends what was cancelled', async () => {
  const made = await waiting.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
  assert.equal((await cancel(operationOf(made))).status, 202);
  const ports = { clock: systemClock(), ids: systemIds(), digests: webDigests(), log: silentLog };
  // A moment must have passed since.
  while ((await sweep({ ...waiting, ...ports })).ended === 0);
  const { body } = await waiting.ask('GET', `/scoria/v1/operations/${operationOf(made)}`);
  assert.deepEqual([body.operation.status, body.operation.cause], ['failed', `Cancelled by ${user}.`]);
});

/** As if a worker had begun it and, when it is 'queued', given it back. */
const begin = (id: string, status: string) =>
  waiting.database.all({
    name: 'test.begin',
    text: `UPDATE operations SET status = '${status}', attempt = 1, tries = 1, lease_until = now() + interval '1 minute'
WHERE id = '${id}'`,
  });

test('what runs, or has been tried, is not cancelled', async () => {
  const made = await waiting.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
  for (const status of ['running', 'queued']) {
    await begin(operationOf(made), status);
    const told = await cancel(operationOf(made));
    assert.equal(told.status, 409);
    assert.match(told.body.conflictingRequest.message, /it has begun/);
    const { body } = await waiting.ask('GET', `/scoria/v1/operations/${operationOf(made)}`);
    assert.deepEqual([body.operation.status, body.operation.cancelled_by], [status, null]);
  }
});

test('what is done is not cancelled, nor what is not there', async () => {
  let id = '';
  await whileWorking(async (working) => {
    id = (await working.makeVolume()).id;
  });
  const [made] = (await waiting.ask('GET', `/scoria/v1/operations?resource_id=${id}`)).body.operations;
  const done = await cancel(made.id);
  assert.equal(done.status, 409);
  assert.match(done.body.conflictingRequest.message, /it is done/);
  assert.equal((await cancel('99999999-9999-4999-8999-999999999999')).status, 404);
});

test('operations are found by their age', async () => {
  const all = (await waiting.ask('GET', '/scoria/v1/operations')).body.operations;
  assert.ok(all.length > 1);
  const { created_at: newest } = all[0];
  const at = (condition: string) => waiting.ask('GET', `/scoria/v1/operations?created_at=${condition}:${newest}`);
  const since = (await at('gte')).body.operations.map(({ id }: { readonly id: string }) => id);
  assert.ok(since.includes(all[0].id));
  const before = (await at('lt')).body.operations.map(({ id }: { readonly id: string }) => id);
  assert.deepEqual(
    [...since, ...before],
    all.map(({ id }: { readonly id: string }) => id),
  );
  assert.equal((await waiting.ask('GET', '/scoria/v1/operations?created_at=lately')).status, 400);
});
