import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { projects } from '../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());
beforeEach(() => scoria.database.all(sql('test', 'DELETE FROM messages')));

const idOf = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const volume = '11111111-1111-4111-8111-111111111111';

const insert = sql(
  'test',
  `INSERT INTO messages (id, project_id, request_id, resource_type, resource_uuid, action_id, detail_id, event_id,
    created_at, expires_at)
  VALUES (:id::uuid, :project::text, :request::text, :type::text, :resource::uuid, '001', '003',
    'VOLUME_VOLUME_001_003', :at::timestamptz, :until::timestamptz)`,
);

const tell = (n: number, fields: Record<string, string | null> = {}) =>
  scoria.database.all(insert, {
    id: idOf(n),
    project: projects.own,
    request: `req-${n}`,
    type: 'VOLUME',
    resource: volume,
    at: `2026-01-0${n}T00:00:00Z`,
    until: '2999-01-01T00:00:00.25Z',
    ...fields,
  });

const list = async (query: string, version = '3.5', as = 'reader') =>
  (await scoria.ask('GET', `/v3/messages${query}`, { version, as })).body;
// biome-ignore lint/suspicious/noExplicitAny: an answer of a test
const ids = (body: any) => body.messages.map((one: { id: string }) => Number(one.id.at(-1)));

test('a message says what was being done, what came of it, and to what', async () => {
  await tell(1);
  scoria.database.take();
  const told = await scoria.ask('GET', `/v3/messages/${idOf(1)}`, { version: '3.3', as: 'reader' });
  assert.deepEqual(scoria.database.take(), ['messages.show']);
  const base = 'http://127.0.0.1:8776';
  const message = {
    id: idOf(1),
    event_id: 'VOLUME_VOLUME_001_003',
    user_message: 'schedule allocate volume:Could not find any available weighted backend.',
    message_level: 'ERROR',
    created_at: '2026-01-01T00:00:00.000000',
    guaranteed_until: '2999-01-01T00:00:00.250000',
    request_id: 'req-1',
    links: [
      { rel: 'self', href: `${base}/v3/messages/${idOf(1)}` },
      { rel: 'bookmark', href: `${base}/messages/${idOf(1)}` },
    ],
    resource_type: 'VOLUME',
    resource_uuid: volume,
  };
  assert.deepEqual(told.body, { message });
  assert.deepEqual(await list('', '3.71'), { messages: [message] });
});

test('a message about nothing in particular has no keys of a resource', async () => {
  await tell(1, { type: null, resource: null });
  const { message } = (await scoria.ask('GET', `/v3/messages/${idOf(1)}`, { version: '3.3' })).body;
  assert.equal('resource_type' in message || 'resource_uuid' in message, false);
});

test('there are no messages below 3.3', async () => {
  await tell(1);
  for (const path of ['/v3/messages', `/v3/messages/${idOf(1)}`]) {
    const told = await scoria.ask('GET', path, { version: '3.2' });
    assert.equal(told.status, 404);
    assert.equal(told.body.itemNotFound.message, 'The resource could not be found.');
  }
});

test('lists are filtered, sorted and paged from 3.5 on; before, the parameters mean nothing', async () => {
  await tell(1);
  await tell(2, { type: 'VOLUME_SNAPSHOT', resource: null, request: 'req-x' });
  await tell(3);
  assert.deepEqual(ids(await list('')), [3, 2, 1]);
  for (const version of ['3.3', '3.4']) {
    const query = '?limit=1&resource_type=VOLUME&sort=nonsense&marker=none&offset=x';
    assert.deepEqual(ids(await list(query, version)), [3, 2, 1]);
    assert.deepEqual(ids(await list('?nonsense=1', version, 'admin')), [3, 2, 1]);
  }
  assert.deepEqual(ids(await list(`?resource_uuid=${volume}`)), [3, 1]);
  assert.deepEqual(ids(await list('?resource_type=VOLUME_SNAPSHOT')), [2]);
  assert.deepEqual(ids(await list('?request_id=req-x')), [2]);
  assert.deepEqual(ids(await list('?event_id=VOLUME_VOLUME_001_003&message_level=ERROR')), [3, 2, 1]);
  assert.deepEqual(ids(await list('?message_level=INFO')), []);
  assert.deepEqual(ids(await list('?sort=created_at:asc')), [1, 2, 3]);
  assert.deepEqual(ids(await list('?sort=resource_uuid:desc')), [3, 1, 2], 'null is the smallest');
  assert.deepEqual(ids(await list('?offset=1')), [2, 1]);
  const page = await list('?limit=2&sort=resource_uuid:desc');
  assert.deepEqual(ids(page), [3, 1]);
  const next = new URL(page.messages_links[0].href);
  assert.deepEqual(ids(await list(next.search)), [2]);
});

test('an unknown filter is dropped below 3.31 and refused from there', async () => {
  await tell(1);
  assert.deepEqual(ids(await list('?foo=bar', '3.30')), [1]);
  const told = await scoria.ask('GET', '/v3/messages?foo=bar', { version: '3.31' });
  assert.equal(told.status, 400);
  assert.equal(told.body.badRequest.message, 'Invalid filters foo are found in query options.');
  // Texts within texts are an admin's to look for, where the filter file of the reference lists none.
  const like = (as: string) => scoria.ask('GET', '/v3/messages?request_id~=req', { version: '3.34', as });
  assert.equal((await like('member')).status, 400);
  assert.deepEqual(ids((await like('admin')).body), [1]);
});

test('an unknown marker is not found', async () => {
  const told = await scoria.ask('GET', `/v3/messages?marker=${idOf(9)}`, { version: '3.5' });
  assert.equal(told.status, 404);
  assert.equal(told.body.itemNotFound.message, `Message ${idOf(9)} could not be found.`);
});

test('a message whose time is over is not there', async () => {
  await tell(1, { until: '2026-01-02T00:00:00Z' });
  assert.deepEqual(ids(await list('')), []);
  for (const method of ['GET', 'DELETE']) {
    assert.equal((await scoria.ask(method, `/v3/messages/${idOf(1)}`, { version: '3.3' })).status, 404);
  }
});

test('deleting removes the message, once', async () => {
  await tell(1);
  scoria.database.take();
  const told = await scoria.ask('DELETE', `/v3/messages/${idOf(1)}`, { version: '3.3' });
  assert.equal(told.status, 204);
  assert.equal(told.text, '');
  assert.deepEqual(scoria.database.take(), ['messages.delete']);
  const again = await scoria.ask('DELETE', `/v3/messages/${idOf(1)}`, { version: '3.3' });
  assert.equal(again.status, 404);
  assert.equal(again.body.itemNotFound.message, `Message ${idOf(1)} could not be found.`);
});

test("another project's messages are not there, an admin sees all, a reader deletes none", async () => {
  await tell(1);
  await tell(2, { project: projects.other });
  const path = `/v3/messages/${idOf(1)}`;
  for (const method of ['GET', 'DELETE']) {
    assert.equal((await scoria.ask(method, path, { version: '3.3', as: 'otherMember' })).status, 404);
  }
  assert.deepEqual(ids(await list('', '3.5', 'otherMember')), [2]);
  assert.deepEqual(ids(await list('', '3.5', 'admin')), [2, 1]);
  assert.deepEqual(ids(await list(`?project_id=${projects.other}`, '3.5', 'admin')), [2]);
  assert.equal((await scoria.ask('DELETE', path, { version: '3.3', as: 'reader' })).status, 403);
  assert.equal((await scoria.ask('GET', '/v3/messages', { version: '3.3', as: 'roleless' })).status, 403);
  assert.equal((await scoria.ask('DELETE', path, { version: '3.3', as: 'otherAdmin' })).status, 204);
});
