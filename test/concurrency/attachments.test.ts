// Attachments of one volume at once. Worth most on a real PostgreSQL (TEST_DATABASE_URL), whose snapshots are older
// than what a statement has waited for.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { projects } from '../harness/people.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
  await scoria.database.all({
    name: 'test.quota',
    text: `INSERT INTO quotas (project_id, resource, hard_limit) VALUES
      ('${projects.own}', 'volumes', -1), ('${projects.own}', 'gigabytes', -1)`,
  });
});
after(() => scoria.close());

const version = '3.54';
const many = <T>(count: number, one: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, i) => one(i)));
const statuses = (told: readonly { status: number }[]) => told.map((one) => one.status).sort();
const post = (attachment: object) => scoria.ask('POST', '/v3/attachments', { version, body: { attachment } });
const remove = (id: string) => scoria.ask('DELETE', `/v3/attachments/${id}`, { version });
const statusOf = async (id: string) => (await scoria.ask('GET', `/v3/volumes/${id}`)).body.volume.status;

/** What the volume's row says of its attachments, and what their rows say. */
async function said(volume: string) {
  const [row] = await scoria.database.all<{ map: string; rows: string }>({
    name: 'test.said',
    text: `SELECT (SELECT COALESCE(json_object_agg(e.key, e.value ->> 'status' ORDER BY e.key), '{}')
        FROM jsonb_each(v.attachment_states) e)::text AS map,
      (SELECT COALESCE(json_object_agg(a.id, a.attach_status ORDER BY a.id), '{}') FROM attachments a
        WHERE a.volume_id = v.id)::text AS rows FROM volumes v WHERE v.id = '${volume}'`,
  });
  return { map: JSON.parse(row?.map ?? '{}'), rows: JSON.parse(row?.rows ?? '{}') };
}

async function agrees(volume: string): Promise<void> {
  const { map, rows } = await said(volume);
  assert.deepEqual(map, rows);
}

test('of ten reservations of one volume at once, one is accepted', async () => {
  const { id: volume } = await scoria.makeVolume();
  const told = await many(10, () => post({ volume_uuid: volume }));
  assert.deepEqual(statuses(told), [200, ...Array(9).fill(400)]);
  assert.equal(await statusOf(volume), 'reserved');
  await agrees(volume);
});

test('all attachments of a multiattach volume removed at once leave it available', async () => {
  await scoria.ask('POST', '/v3/types', {
    as: 'admin',
    body: { volume_type: { name: 'shared', extra_specs: { multiattach: '<is> True' } } },
  });
  const { id: volume } = await scoria.makeVolume({ volume_type: 'shared' });
  const made = await many(8, () => post({ volume_uuid: volume }));
  assert.deepEqual(statuses(made), Array(8).fill(200));
  const ids = made.map((one) => one.body.attachment.id);
  await many(8, (i) =>
    scoria.ask('POST', `/v3/attachments/${ids[i]}/action`, { version, body: { 'os-complete': null } }),
  );
  assert.equal(await statusOf(volume), 'in-use');
  await agrees(volume);
  const gone = await many(8, (i) => remove(ids[i] ?? ''));
  assert.deepEqual(statuses(gone), Array(8).fill(200));
  assert.equal(await statusOf(volume), 'available');
  await agrees(volume);
});

test('an attachment removed five times at once goes once, and everybody is told that it has gone', async () => {
  const { id: volume } = await scoria.makeVolume();
  const { id } = (await post({ volume_uuid: volume, connector: { host: 'h' } })).body.attachment;
  const told = await many(5, () => remove(id));
  assert.ok(
    told.every((one) => one.status === 200 || one.status === 404),
    JSON.stringify(statuses(told)),
  );
  assert.ok(told.some((one) => one.status === 200));
  assert.equal(await statusOf(volume), 'available');
  assert.equal(
    scoria.backends.reduce((sum, { knobs }) => sum + knobs.calls('disconnect', volume), 0),
    1,
  );
});

test('an attachment and the deletion of its volume at once: never both', async () => {
  for (let round = 0; round < 8; round += 1) {
    const { id: volume } = await scoria.makeVolume();
    const [made, gone] = await Promise.all([
      post({ volume_uuid: volume, connector: { host: 'h' } }),
      scoria.ask('DELETE', `/v3/volumes/${volume}`),
    ]);
    assert.ok((made.status === 200) !== (gone.status === 202), `${made.status} and ${gone.status}`);
  }
});

test('the removal of the last attachment and the deletion of the volume at once: the volume goes when it is free', async () => {
  for (let round = 0; round < 8; round += 1) {
    const { id: volume } = await scoria.makeVolume();
    const { id } = (await post({ volume_uuid: volume, connector: { host: 'h' } })).body.attachment;
    const [removed, deleted] = await Promise.all([remove(id), scoria.ask('DELETE', `/v3/volumes/${volume}`)]);
    assert.equal(removed.status, 200, removed.text);
    if (deleted.status === 400) {
      assert.equal(await statusOf(volume), 'available');
      assert.equal((await scoria.ask('DELETE', `/v3/volumes/${volume}`)).status, 202);
    }
    await scoria.until(`/v3/volumes/${volume}`, ({ status }) => status === 404);
  }
});

const leftAlike =
  'a connection and a removal of one attachment at once leave it whole or gone, and the back end agrees';
test(leftAlike, { timeout: 60_000 }, async () => {
  const { id: volume } = await scoria.makeVolume();
  const { id } = (await post({ volume_uuid: volume })).body.attachment;
  await Promise.all([
    scoria.ask('PUT', `/v3/attachments/${id}`, { version, body: { attachment: { connector: { host: 'h' } } } }),
    remove(id),
  ]);
  await agrees(volume);
  const open = () =>
    scoria.backends.reduce((sum, { store }) => sum + (store.objects.get(`volume-${volume}`)?.hosts.size ?? 0), 0);
  // A connection that was made after its removal is undone with the next sweep.
  const isAlike = async () => open() === Object.keys((await said(volume)).rows).length;
  while (!(await isAlike())) await statusOf(volume);
});

test('of equal updates of one attachment at once each is answered with the connection, which is made once', async () => {
  for (let round = 0; round < 8; round += 1) {
    const { id: volume } = await scoria.makeVolume();
    const { id } = (await post({ volume_uuid: volume })).body.attachment;
    const body = { attachment: { connector: { host: 'h' } } };
    const told = await many(4, () => scoria.ask('PUT', `/v3/attachments/${id}`, { version, body }));
    assert.deepEqual(statuses(told), [200, 200, 200, 200]);
  }
});
