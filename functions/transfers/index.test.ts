import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { drift } from '../../test/harness/invariants.ts';
import { projects } from '../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());
beforeEach(async () => {
  await scoria.database.all(sql('test', 'DELETE FROM quotas'));
});

const message = (told: { body: Record<string, { message: string }> }) => Object.values(told.body)[0]?.message;
const run = (text: string, parameters = {}) =>
  scoria.database.all<Record<string, string>>(sql('test', text), parameters);
const paths = ['/v3/volume-transfers', '/v3/os-volume-transfer'] as const;

async function offer(volume: string, fields: object = {}, version = '3.71', path: string = paths[0]) {
  return scoria.ask('POST', path, { version, body: { transfer: { volume_id: volume, ...fields } } });
}

const accept = (id: string, key: string, as = 'otherMember', path: string = paths[0]) =>
  scoria.ask('POST', `${path}/${id}/accept`, { as, version: '3.71', body: { accept: { auth_key: key } } });

const statusOf = async (id: string, as = 'member') =>
  (await scoria.ask('GET', `/v3/volumes/${id}`, { as })).body.volume?.status;

async function snapshotOf(volume: string): Promise<string> {
  const made = await scoria.ask('POST', '/v3/snapshots', { body: { snapshot: { volume_id: volume } } });
  const path = `/v3/snapshots/${made.body.snapshot.id}`;
  await scoria.until(path, ({ body }) => body.snapshot.status === 'available');
  return made.body.snapshot.id;
}

for (const path of paths) {
  test(`${path}: a volume is offered, shown without its key, accepted, and is the acceptor's`, async () => {
    const volume = await scoria.makeVolume();
    const snapshot = await snapshotOf(volume.id);
    const made = await offer(volume.id, { name: ' gift ' }, '3.71', path);
    assert.equal(made.status, 202, made.text);
    const { auth_key, ...transfer } = made.body.transfer;
    assert.match(auth_key, /^[A-Za-z0-9]{16}$/);
    const { id, created_at } = transfer;
    assert.deepEqual(transfer, {
      id,
      created_at,
      name: 'gift',
      volume_id: volume.id,
      links: [
        { rel: 'self', href: `http://127.0.0.1:8776/v3/os-volume-transfer/${id}` },
        { rel: 'bookmark', href: `http://127.0.0.1:8776/os-volume-transfer/${id}` },
      ],
      no_snapshots: false,
      source_project_id: projects.own,
      destination_project_id: null,
      accepted: false,
    });
    assert.equal(await statusOf(volume.id), 'awaiting-transfer');
    const shown = await scoria.ask('GET', `${path}/${id}`, { version: '3.71' });
    assert.deepEqual(shown.body, { transfer });
    assert.ok(!JSON.stringify(await run('SELECT t::text AS row FROM transfers t')).includes(auth_key));
    scoria.database.take();
    const taken = await accept(id, auth_key, 'otherMember', path);
    const sent = scoria.database.take().filter((name) => name.startsWith('transfers.'));
    assert.deepEqual(sent, ['transfers.offer', 'transfers.accept']);
    assert.equal(taken.status, 202, taken.text);
    assert.deepEqual(taken.body, { transfer: { id, volume_id: volume.id, name: 'gift', links: transfer.links } });
    const { body } = await scoria.ask('GET', `/v3/volumes/${volume.id}`, { as: 'otherMember' });
    assert.equal(body.volume.status, 'available');
    assert.equal(body.volume.user_id, 'u-otherMember');
    assert.equal(body.volume['os-vol-tenant-attr:tenant_id'], projects.other);
    assert.equal((await scoria.ask('GET', `/v3/snapshots/${snapshot}`, { as: 'otherMember' })).status, 200);
    assert.equal((await scoria.ask('GET', `/v3/volumes/${volume.id}`)).status, 404);
    assert.equal((await scoria.ask('GET', `/v3/snapshots/${snapshot}`)).status, 404);
    assert.equal((await accept(id, auth_key)).status, 404, 'a key opens once');
    assert.deepEqual((await scoria.ask('GET', path, { version: '3.71' })).body, { transfers: [] });
    assert.deepEqual(await drift(scoria.database), []);
  });
}

test('fields come with their microversions', async () => {
  const volume = await scoria.makeVolume();
  const { id, auth_key } = (await offer(volume.id)).body.transfer;
  const keys = async (version: string, path: string = paths[1]) =>
    Object.keys((await scoria.ask('GET', `${path}/${id}`, { version })).body.transfer).slice(5);
  assert.deepEqual(await keys('3.54'), []);
  assert.deepEqual(await keys('3.55'), ['no_snapshots']);
  assert.deepEqual(await keys('3.57', paths[0]), [
    'no_snapshots',
    'source_project_id',
    'destination_project_id',
    'accepted',
  ]);
  assert.equal((await scoria.ask('GET', `${paths[0]}/${id}`, { version: '3.54' })).status, 404);
  assert.equal((await accept(id, auth_key, 'member')).status, 202, 'the own project may accept too');
  assert.equal(await statusOf(volume.id), 'available');
});

test('a wrong key is refused to who sees the transfer, and to others there is no transfer', async () => {
  const volume = await scoria.makeVolume();
  const { id, auth_key } = (await offer(volume.id)).body.transfer;
  const wrong = await accept(id, 'x'.repeat(32), 'member');
  assert.equal(wrong.status, 400);
  assert.equal(message(wrong), `Invalid auth key: Attempt to transfer ${id} with invalid auth key.`);
  const other = await accept(id, 'x'.repeat(32));
  assert.deepEqual(other.body, { itemNotFound: { code: 404, message: `Transfer ${id} could not be found.` } });
  assert.equal((await accept(id, auth_key, 'otherReader')).status, 404);
  assert.equal((await accept(id, auth_key, 'reader')).status, 403);
  assert.equal(await statusOf(volume.id), 'awaiting-transfer');
  assert.equal((await scoria.ask('DELETE', `${paths[1]}/${id}`)).status, 202);
});

test('without snapshots they stay where they are, and the volume keeps the acceptor from deleting it', async () => {
  const volume = await scoria.makeVolume();
  const snapshot = await snapshotOf(volume.id);
  const made = await offer(volume.id, { no_snapshots: true });
  assert.equal(made.body.transfer.no_snapshots, true);
  assert.equal((await accept(made.body.transfer.id, made.body.transfer.auth_key)).status, 202);
  assert.equal((await scoria.ask('GET', `/v3/snapshots/${snapshot}`)).status, 200);
  assert.equal((await scoria.ask('DELETE', `/v3/volumes/${volume.id}`, { as: 'otherMember' })).status, 400);
  assert.deepEqual(await drift(scoria.database), []);
  assert.equal((await scoria.ask('DELETE', `/v3/snapshots/${snapshot}`)).status, 202);
  await scoria.until(`/v3/snapshots/${snapshot}`, ({ status }) => status === 404);
  assert.deepEqual(await drift(scoria.database), []);
});

test('an acceptor over quota is refused, and nothing has moved', async () => {
  const volume = await scoria.makeVolume({ size: 5 });
  const { id, auth_key } = (await offer(volume.id)).body.transfer;
  const limit = (resource: string, hardLimit: number) =>
    run(
      'INSERT INTO quotas (project_id, resource, hard_limit) VALUES (:project::text, :resource::text, :limit::bigint)',
      {
        project: projects.other,
        resource,
        limit: hardLimit,
      },
    );
  await limit('gigabytes', 4);
  const full = await accept(id, auth_key);
  assert.equal(full.status, 413, full.text);
  assert.match(message(full) ?? '', /^VolumeSizeExceedsAvailableQuota: .* Requested 5G, quota is 4G/);
  assert.equal(full.headers.get('retry-after'), '0');
  assert.equal(await statusOf(volume.id), 'awaiting-transfer');
  assert.equal((await scoria.ask('GET', `${paths[1]}/${id}`)).status, 200);
  assert.deepEqual(await drift(scoria.database), []);
  await run('DELETE FROM quotas');
  await limit('volumes', 0);
  assert.match(message(await accept(id, auth_key)) ?? '', /^VolumeLimitExceeded/);
  await run('DELETE FROM quotas');
  assert.equal((await accept(id, auth_key)).status, 202);
});

test('a transfer that is deleted makes the volume available again, and its key opens nothing', async () => {
  const volume = await scoria.makeVolume();
  const { id, auth_key } = (await offer(volume.id)).body.transfer;
  assert.equal((await scoria.ask('DELETE', `${paths[0]}/${id}`, { as: 'otherMember', version: '3.71' })).status, 404);
  assert.equal((await scoria.ask('DELETE', `${paths[0]}/${id}`, { version: '3.71' })).status, 202);
  assert.equal(await statusOf(volume.id), 'available');
  assert.equal((await accept(id, auth_key)).status, 404);
  const again = (await offer(volume.id)).body.transfer;
  await run(`UPDATE volumes SET status = 'error' WHERE id = :id::uuid`, { id: volume.id });
  const moved = await accept(again.id, again.auth_key);
  assert.equal(moved.status, 400);
  assert.match(message(moved) ?? '', /in unexpected state error, expected awaiting-transfer$/);
  assert.equal((await scoria.ask('DELETE', `${paths[1]}/${again.id}`)).status, 202, 'whatever became of the volume');
  assert.equal(await statusOf(volume.id), 'error');
});

test('a volume is offered only when it and its snapshots are available', async () => {
  const volume = await scoria.makeVolume();
  const snapshot = await snapshotOf(volume.id);
  const refusedWith = async (text: string, fields: object = {}, version = '3.71', path: string = paths[0]) => {
    const told = await offer(volume.id, fields, version, path);
    assert.deepEqual([told.status, message(told)], [400, text]);
  };
  await run(`UPDATE snapshots SET status = 'error' WHERE id = :id::uuid`, { id: snapshot });
  await refusedWith(`Invalid snapshot: status of the snapshots of volume ${volume.id} must be available`);
  const without = await offer(volume.id, { no_snapshots: true });
  assert.equal(without.status, 202);
  await refusedWith('Invalid volume: status must be available');
  await scoria.ask('DELETE', `${paths[1]}/${without.body.transfer.id}`);
  await run(`UPDATE snapshots SET status = 'available' WHERE id = :id::uuid`, { id: snapshot });
  await run('UPDATE volumes SET encryption_key_id = id WHERE id = :id::uuid', { id: volume.id });
  const encrypted = 'Invalid volume: transferring encrypted volume is not supported';
  await refusedWith(encrypted, {}, '3.69');
  await refusedWith(encrypted, {}, '3.71', paths[1]);
  await refusedWith('Invalid volume: transferring an encrypted volume without its snapshots is not supported', {
    no_snapshots: true,
  });
  assert.equal((await offer(volume.id, {}, '3.70')).status, 202);
  const foreign = await scoria.ask('POST', paths[1], {
    as: 'otherMember',
    body: { transfer: { volume_id: volume.id } },
  });
  assert.deepEqual([foreign.status, message(foreign)], [404, `Volume ${volume.id} could not be found.`]);
  for (const transfer of [
    {},
    { volume_id: 'x' },
    { volume_id: volume.id, name: '' },
    { volume_id: volume.id, more: 1 },
  ]) {
    assert.equal((await scoria.ask('POST', paths[1], { body: { transfer } })).status, 400);
  }
  assert.equal(
    (await offer(volume.id, { no_snapshots: true }, '3.71', paths[1])).status,
    400,
    'not under the old path',
  );
});

test('lists begin with the oldest below 3.59 and page from it on, and hold the own project only', async () => {
  await run('DELETE FROM transfers');
  const ids: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    const volume = await scoria.makeVolume();
    ids.push((await offer(volume.id, { name })).body.transfer.id);
  }
  const names = async (query: string, version: string, as = 'member') => {
    const told = await scoria.ask('GET', `${paths[0]}${query}`, { version, as });
    return told.body.transfers.map((one: { name: string }) => one.name);
  };
  assert.deepEqual(await names('', '3.58'), ['a', 'b', 'c']);
  assert.deepEqual(await names('?limit=1', '3.58'), ['a', 'b', 'c']);
  assert.deepEqual(await names('', '3.59'), ['c', 'b', 'a']);
  assert.deepEqual(await names('/detail?limit=2&sort=name:asc', '3.59'), ['a', 'b']);
  assert.deepEqual(await names(`/detail?limit=2&sort=name:asc&marker=${ids[1]}`, '3.59'), ['c']);
  assert.deepEqual(await names('?name=b', '3.59'), ['b']);
  assert.deepEqual(await names('?all_tenants=1', '3.59', 'otherMember'), []);
  assert.deepEqual(await names('?all_tenants=1', '3.59', 'otherAdmin'), ['c', 'b', 'a']);
  const page = await scoria.ask('GET', `${paths[0]}?limit=2`, { version: '3.59' });
  assert.match(page.body.transfers_links[0].href, /\/v3\/volume-transfers\?.*marker=/);
  assert.deepEqual(Object.keys(page.body.transfers[0]), ['id', 'volume_id', 'name', 'links']);
});

test('of many who have the key one gets the volume', async () => {
  const volume = await scoria.makeVolume();
  const { id, auth_key } = (await offer(volume.id)).body.transfer;
  const all = await Promise.all(
    ['otherMember', 'member', 'otherAdmin', 'otherMember'].map((as) => accept(id, auth_key, as)),
  );
  assert.equal(all.filter((told) => told.status === 202).length, 1);
  assert.deepEqual(await drift(scoria.database), []);
});
