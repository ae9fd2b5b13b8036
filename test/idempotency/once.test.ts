// Idempotency-Key: the same request under one key is done once, whoever is faster, and has one answer.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { countingDatabase } from '../../infra/database/counting.ts';
import { sql } from '../../infra/database/port.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

let last = 0;
function newKey(): string {
  last += 1;
  return `key-${last}`;
}
const volume = (name: string) => ({ volume: { size: 1, name } });

async function create(key: string, name: string, more: object = {}) {
  return scoria.ask('POST', '/v3/volumes', { body: volume(name), headers: { 'Idempotency-Key': key }, ...more });
}
const named = async (name: string) => (await scoria.ask('GET', `/v3/volumes?name=${name}`)).body.volumes.length;

const headersOf = (told: { headers: Headers }) => Object.fromEntries(told.headers);

test('a create that is repeated makes one volume, and has the same answer, status and headers', async () => {
  const key = newKey();
  const first = await create(key, 'once');
  assert.equal(first.status, 202, first.text);
  await scoria.until(`/v3/volumes/${first.body.volume.id}`, ({ body }) => body.volume.status === 'available');
  const again = await create(`"${key}"`, 'once');
  assert.equal(again.text, first.text);
  assert.equal(again.status, first.status);
  assert.deepEqual(headersOf(again), headersOf(first));
  assert.equal(await named('once'), 1);
});

test('two at once, and ten, make one volume', async () => {
  const key = newKey();
  const all = await Promise.all(Array.from({ length: 10 }, () => create(key, 'ten')));
  assert.deepEqual([...new Set(all.map(({ status }) => status))], [202]);
  assert.equal(new Set(all.map(({ text }) => text)).size, 1);
  assert.equal(await named('ten'), 1);
});

test('another request under the key is a 422, of another user too, and changes nothing', async () => {
  const key = newKey();
  const first = await create(key, 'mine');
  assert.equal(first.status, 202);
  for (const other of [
    await create(key, 'another'),
    await create(key, 'mine', { as: 'admin' }),
    await create(key, 'mine', { version: '3.71' }),
    await scoria.ask('DELETE', `/v3/volumes/${first.body.volume.id}`, { headers: { 'Idempotency-Key': key } }),
  ]) {
    assert.equal(other.status, 422, other.text);
    assert.equal(other.body.idempotencyKeyReused.code, 422);
  }
  assert.equal(await named('another'), 0);
  // A key belongs to its project.
  assert.equal((await create(key, 'theirs', { as: 'otherMember' })).status, 202);
});

test('a request that was refused leaves no key: it may be sent again when what stood in its way is gone', async () => {
  const { id } = await scoria.makeVolume();
  const snapshot = await scoria.ask('POST', '/v3/snapshots', { body: { snapshot: { volume_id: id } } });
  const path = `/v3/snapshots/${snapshot.body.snapshot.id}`;
  await scoria.until(path, ({ body }) => body.snapshot.status === 'available');
  const headers = { 'Idempotency-Key': newKey() };
  assert.equal((await scoria.ask('DELETE', `/v3/volumes/${id}`, { headers })).status, 400);
  await scoria.ask('DELETE', path);
  await scoria.until(path, ({ status }) => status === 404);
  assert.equal((await scoria.ask('DELETE', `/v3/volumes/${id}`, { headers })).status, 202);
  await scoria.until(`/v3/volumes/${id}`, ({ status }) => status === 404);
  // What it deleted is gone; the answer is what it was.
  assert.equal((await scoria.ask('DELETE', `/v3/volumes/${id}`, { headers })).status, 202);
});

test('an attachment that was cut off is found by its key, and there is no second one', async () => {
  const { id } = await scoria.makeVolume();
  const connector = {
    host: 'h',
    initiator: 'iqn.2026-01.test:h',
    ip: '10.0.0.1',
    multipath: false,
    platform: 'x86_64',
    os_type: 'linux',
  };
  const body = { attachment: { volume_uuid: id, instance_uuid: crypto.randomUUID(), connector } };
  const asked = { body, version: '3.54', headers: { 'Idempotency-Key': newKey() } };
  const [first, second] = await Promise.all([0, 1].map(() => scoria.ask('POST', '/v3/attachments', asked)));
  assert.ok(first?.status === 200 || second?.status === 200);
  // The slower one is told to ask again while the first is at it.
  for (const one of [first, second]) {
    if (one?.status === 200) continue;
    assert.equal(one?.status, 409, one?.text);
    assert.equal(one?.headers.get('retry-after'), '1');
  }
  const again = await scoria.ask('POST', '/v3/attachments', asked);
  assert.equal(again.status, 200, again.text);
  assert.equal(again.text, (first?.status === 200 ? first : second)?.text);
  const all = await scoria.ask('GET', `/v3/attachments?volume_id=${id}`, { version: '3.54' });
  assert.equal(all.body.attachments.length, 1);
});

test('the key of a transfer is the same again, and stands nowhere in the database', async () => {
  const { id } = await scoria.makeVolume();
  const asked = { body: { transfer: { volume_id: id } }, headers: { 'Idempotency-Key': newKey() } };
  const first = await scoria.ask('POST', '/v3/volume-transfers', { ...asked, version: '3.55' });
  assert.equal(first.status, 202, first.text);
  const again = await scoria.ask('POST', '/v3/volume-transfers', { ...asked, version: '3.55' });
  assert.equal(again.text, first.text);
  const rows = await scoria.database.all<{ row: string }>(
    sql('test.keys', 'SELECT k::text AS row FROM idempotency_keys k'),
  );
  assert.ok(!rows.some(({ row }) => row.includes(first.body.transfer.auth_key)));
});

test('a key that is none is refused before anything happens', async () => {
  for (const key of ['x'.repeat(10_000), 'x'.repeat(256), '""', 'na\u00efve']) {
    const told = await create(key, 'refused');
    assert.equal(told.status, 400, told.text);
    assert.match(told.body.badRequest.message, /1 to 255 printable ASCII/);
  }
  assert.equal(await named('refused'), 0);
});

test('a create with a key sends the statements of one without', async () => {
  const counted = async (headers: Record<string, string>) => {
    const database = countingDatabase(scoria.database);
    const other = await startScoria({ workers: false, shares: { ...scoria, database } });
    database.take();
    assert.equal((await other.ask('POST', '/v3/volumes', { body: volume('counted'), headers })).status, 202);
    const names = database.take();
    await other.close();
    return names;
  };
  assert.deepEqual(await counted({ 'Idempotency-Key': newKey() }), await counted({}));
});

test('a day later the key is free', async () => {
  const key = newKey();
  await create(key, 'yesterday');
  await scoria.database.all(
    sql('test.age', `UPDATE idempotency_keys SET created_at = created_at - interval '25 hours'`),
  );
  const next = await create(key, 'today');
  assert.equal(next.status, 202, next.text);
  assert.equal(await named('today'), 1);
});
