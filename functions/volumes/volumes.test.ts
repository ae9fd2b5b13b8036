import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { projects } from '../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

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

const post = (volume: object, more: object = {}) => scoria.ask('POST', '/v3/volumes', { body: { volume }, ...more });

test('a volume is created, becomes available on a back end, and is gone after its deletion', async () => {
  const made = await post({ size: 2, name: 'one' });
  assert.equal(made.status, 202, made.text);
  assert.equal(made.body.volume.status, 'creating');
  const path = `/v3/volumes/${made.body.volume.id}`;
  const shown = await scoria.until(path, ({ body }) => body.volume?.status !== 'creating', { as: 'admin' });
  assert.equal(shown.body.volume.status, 'available');
  assert.match(shown.body.volume['os-vol-host-attr:host'], /^test@(one|two)#pool$/);
  const gone = await scoria.ask('DELETE', path);
  assert.equal(gone.status, 202);
  assert.equal(gone.text, '');
  await scoria.until(path, ({ status }) => status === 404);
});

test('show has the fields of 3.0 for a member, and of 3.71 for an admin', async () => {
  const { id } = await scoria.makeVolume();
  const old = await scoria.ask('GET', `/v3/volumes/${id}`);
  assert.deepEqual(
    Object.keys(old.body.volume).sort(),
    [
      'attachments', 'availability_zone', 'bootable', 'consistencygroup_id', 'created_at', 'description', 'encrypted',
      'id', 'links', 'metadata', 'multiattach', 'name', 'os-vol-tenant-attr:tenant_id', 'replication_status', 'size',
      'snapshot_id', 'source_volid', 'status', 'updated_at', 'user_id', 'volume_type',
    ], // biome-ignore format: a set reads best as one
  );
  const newest = await scoria.ask('GET', `/v3/volumes/${id}`, { as: 'admin', version: '3.71' });
  const more = Object.keys(newest.body.volume).filter((key) => !(key in old.body.volume));
  assert.deepEqual(more.sort(), [
    'cluster_name',
    'consumes_quota',
    'group_id',
    'migration_status',
    'os-vol-host-attr:host',
    'os-vol-mig-status-attr:migstat',
    'os-vol-mig-status-attr:name_id',
    'provider_id',
    'service_uuid',
    'shared_targets',
    'volume_type_id',
  ]);
  assert.match(newest.body.volume.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
  assert.equal(newest.headers.get('openstack-api-version'), 'volume 3.71');
  assert.match(newest.headers.get('x-openstack-request-id') ?? '', /^req-[0-9a-f-]{36}$/);
});

test('a create that Cinder refuses is refused with its status and changes nothing', async () => {
  const before = await scoria.ask('GET', '/v3/limits').catch(() => null);
  const cases: readonly (readonly [object, number, RegExp, object?])[] = [
    [{ size: 'abc' }, 400, /size/],
    [{ size: 0 }, 400, /minimum/],
    [{ size: -1 }, 400, /./],
    [{ size: '' }, 400, /./],
    [{ size: '#$%' }, 400, /./],
    [{}, 400, /Volume size/],
    [{ size: 1, volume_type: 'nowhere' }, 404, /Volume type nowhere could not be found/],
    [{ size: 1, availability_zone: 'mars' }, 400, /Availability zone 'mars' is invalid/],
    [{ size: 1, snapshot_id: '11111111-1111-4111-8111-111111111111' }, 404, /Snapshot 1111.* could not be found/],
    [{ size: 1, source_volid: '11111111-1111-4111-8111-111111111111' }, 404, /Volume 1111.* could not be found/],
    [{ size: 1, name: 'x'.repeat(256) }, 400, /too long/],
    [{ size: 1, metadata: { k: 'v'.repeat(256) } }, 400, /too long/],
    [{ size: 1, metadata: { '': 'v' } }, 400, /./],
    [{ size: 1, multiattach: true }, 400, /multiattach/],
    [{ size: 1, imageRef: 'none' }, 400, /Invalid image/],
    [{ size: 1, unknown: 1 }, 400, /Additional properties/, { version: '3.53' }],
  ];
  for (const [volume, status, says, more] of cases) {
    const told = await post(volume, more);
    assert.equal(told.status, status, `${JSON.stringify(volume)}: ${told.text}`);
    assert.match(told.body[status === 404 ? 'itemNotFound' : 'badRequest'].message, says);
  }
  assert.equal((await post({ size: 1, unknown: 1 }, { version: '3.52' })).status, 202);
  assert.ok(before === null || before.status > 0);
});

test('quota is refused in the words that clients know, and gives back what was deleted', async () => {
  const as = 'otherMember';
  for (let i = 0; i < 10; i += 1) assert.equal((await post({ size: 1 }, { as })).status, 202);
  const over = await post({ size: 1 }, { as });
  assert.equal(over.status, 413);
  assert.deepEqual(over.body.overLimit, {
    code: 413,
    message: "VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota 'volumes'.",
    retryAfter: '0',
  });
  const list = await scoria.ask('GET', '/v3/volumes/detail', { as });
  for (const volume of list.body.volumes) {
    await scoria.until(`/v3/volumes/${volume.id}`, ({ body }) => body.volume.status === 'available', { as });
    assert.equal((await scoria.ask('DELETE', `/v3/volumes/${volume.id}`, { as })).status, 202);
  }
  await scoria.until('/v3/volumes', ({ body }) => body.volumes.length === 0, { as });
  const large = await post({ size: 1001 }, { as });
  assert.match(large.body.overLimit.message, /Requested 1001G, quota is 1000G and 0G has been consumed/);
  const usage = await scoria.database.all({
    name: 'test.usage',
    text: `SELECT in_use::int AS in_use FROM quota_usages WHERE project_id = '${projects.other}'`,
  });
  assert.deepEqual(
    usage.map((row) => (row as { in_use: number }).in_use).filter((value) => value !== 0),
    [],
  );
});

test('a volume of another project answers exactly as one that is not there', async () => {
  const { id } = await scoria.makeVolume();
  const absent = '22222222-2222-4222-8222-222222222222';
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const asked = { as: 'otherMember', ...(method === 'PUT' ? { body: { volume: { name: 'x' } } } : {}) };
    const foreign = await scoria.ask(method, `/v3/volumes/${id}`, asked);
    const none = await scoria.ask(method, `/v3/volumes/${absent}`, asked);
    assert.equal(foreign.status, 404);
    assert.equal(foreign.text.replaceAll(id, absent), none.text);
  }
});

test('a reader may look and not touch; nobody without a token gets further than 401', async () => {
  const { id } = await scoria.makeVolume();
  assert.equal((await scoria.ask('GET', `/v3/volumes/${id}`, { as: 'reader' })).status, 200);
  const refused = await scoria.ask('DELETE', `/v3/volumes/${id}`, { as: 'reader' });
  assert.equal(refused.status, 403);
  assert.equal(refused.body.forbidden.message, "Policy doesn't allow volume:delete to be performed.");
  assert.equal((await scoria.ask('DELETE', `/v3/volumes/${id}`, { as: 'otherReader' })).status, 404);
  const anonymous = await scoria.ask('GET', `/v3/volumes/${id}`, { as: null });
  assert.equal(anonymous.status, 401);
  assert.match(anonymous.headers.get('www-authenticate') ?? '', /^Keystone uri=/);
});

test('lists page by marker, sort, filter, count and link to their next page', async () => {
  const names = ['b', 'a', 'd', 'c'];
  for (const name of names) await scoria.makeVolume({ name: `page-${name}`, metadata: { set: 'page', own: name } });
  const filter = `metadata=${encodeURIComponent("{'set': 'page'}")}`;
  const all = await scoria.ask('GET', `/v3/volumes?${filter}&sort=name:asc`);
  assert.deepEqual(
    all.body.volumes.map((one: { name: string }) => one.name),
    ['page-a', 'page-b', 'page-c', 'page-d'],
  );
  const first = await scoria.ask('GET', `/v3/volumes/detail?${filter}&sort=name:asc&limit=2&with_count=true`, {
    version: '3.45',
  });
  assert.equal(first.body.count, 4);
  const next = first.body.volumes_links[0];
  assert.equal(next.rel, 'next');
  const second = await scoria.ask('GET', next.href.replace('http://127.0.0.1:8776', ''), { version: '3.45' });
  assert.deepEqual(
    second.body.volumes.map((one: { name: string }) => one.name),
    ['page-c', 'page-d'],
  );
  assert.deepEqual((await scoria.ask('GET', '/v3/volumes?limit=0')).body.volumes, []);
  assert.equal((await scoria.ask('GET', '/v3/volumes?limit=abc')).status, 400);
  assert.equal((await scoria.ask('GET', '/v3/volumes?sort=nothing:asc')).status, 400);
  assert.equal((await scoria.ask('GET', '/v3/volumes?marker=33333333-3333-4333-8333-333333333333')).status, 404);
  assert.equal((await scoria.ask('GET', '/v3/volumes?who=me', { version: '3.31' })).status, 400);
  const named = await scoria.ask('GET', '/v3/volumes?name=page-a');
  assert.equal(named.body.volumes.length, 1);
  const like = await scoria.ask('GET', '/v3/volumes?name~=page-&all_tenants=1', { as: 'admin', version: '3.34' });
  assert.equal(like.body.volumes.length, 4);
  assert.equal((await scoria.ask('GET', '/v3/volumes?name~=page-', { version: '3.34' })).status, 400, 'for admins');
  assert.equal(
    (await scoria.ask('GET', "/v3/volumes?status=['available','error']&name=page-a")).body.volumes.length,
    1,
  );
});

test('extend grows a volume, and refuses what is not larger', async () => {
  const { id } = await scoria.makeVolume({ size: 2 });
  const path = `/v3/volumes/${id}/action`;
  const small = await scoria.ask('POST', path, { body: { 'os-extend': { new_size: 2 } } });
  assert.equal(small.status, 400);
  assert.match(small.body.badRequest.message, /New size for extend must be greater than current size/);
  assert.equal((await scoria.ask('POST', path, { body: { 'os-extend': { new_size: 5 } } })).status, 202);
  const grown = await scoria.until(`/v3/volumes/${id}`, ({ body }) => body.volume.status === 'available');
  assert.equal(grown.body.volume.size, 5);
});

test('a back end that fails leaves an error that says why, and gives the quota of an extension back', async () => {
  const { id } = await scoria.makeVolume();
  for (const one of scoria.backends) one.knobs.set('extend', id, { kind: 'fail-before', failure: 'fatal' });
  await scoria.ask('POST', `/v3/volumes/${id}/action`, { body: { 'os-extend': { new_size: 9 } } });
  const failed = await scoria.until(`/v3/volumes/${id}`, ({ body }) => body.volume.status !== 'extending');
  assert.equal(failed.body.volume.status, 'error_extending');
  assert.equal(failed.body.volume.size, 1);
  const told = await scoria.database.all<{ event_id: string }>({
    name: 'test.messages',
    text: `SELECT event_id FROM messages WHERE resource_uuid = '${id}'`,
  });
  assert.deepEqual(
    told.map((one) => one.event_id),
    ['VOLUME_VOLUME_007_010'],
  );
});

test('an outcome that nobody knows is tried again and not called an error', async () => {
  const { id } = await scoria.makeVolume();
  for (const one of scoria.backends) one.knobs.set('remove', id, { kind: 'fail-after' });
  await scoria.ask('DELETE', `/v3/volumes/${id}`);
  await scoria.until(`/v3/volumes/${id}`, ({ status }) => status === 404);
});

test('an admin resets a status, sets flags, and forces a deletion', async () => {
  const { id } = await scoria.makeVolume();
  const path = `/v3/volumes/${id}/action`;
  const act = (body: object, as = 'admin') => scoria.ask('POST', path, { as, body });
  assert.equal((await act({ 'os-reset_status': { status: 'error' } }, 'member')).status, 403);
  assert.equal((await act({ 'os-reset_status': { status: 'error' } })).status, 202);
  assert.equal((await scoria.ask('GET', `/v3/volumes/${id}`)).body.volume.status, 'error');
  assert.equal((await act({ 'os-reset_status': { status: 'in-use' } })).status, 400);
  assert.equal((await act({ 'os-update_readonly_flag': { readonly: true } })).status, 400);
  assert.equal((await act({ 'os-set_bootable': { bootable: 'true' } }, 'member')).status, 200);
  assert.equal((await act({ 'os-reset_status': { status: 'available' } })).status, 202);
  assert.equal((await act({ 'os-update_readonly_flag': { readonly: true } })).status, 202);
  const shown = await scoria.ask('GET', `/v3/volumes/${id}`);
  assert.equal(shown.body.volume.bootable, 'true');
  assert.equal(shown.body.volume.metadata.readonly, 'True');
  const unknown = await act({ 'os-nothing': {} });
  assert.match(unknown.body.badRequest.message, /There is no such action: os-nothing/);
  assert.equal((await act({ 'os-reset_status': { status: 'creating' } })).status, 202);
  assert.equal((await act({ 'os-force_delete': {} })).status, 202);
  await scoria.until(`/v3/volumes/${id}`, ({ status }) => status === 404);
});

test('summary counts what there is', async () => {
  const was = (await scoria.ask('GET', '/v3/volumes/summary', { version: '3.12' })).body['volume-summary'];
  await scoria.makeVolume({ size: 3, metadata: { tier: 'gold' } });
  const is = (await scoria.ask('GET', '/v3/volumes/summary', { version: '3.36' })).body['volume-summary'];
  assert.equal(is.total_count, was.total_count + 1);
  assert.equal(is.total_size, was.total_size + 3);
  assert.deepEqual(is.metadata.tier, ['gold']);
  assert.equal((await scoria.ask('GET', '/v3/volumes/summary', { version: '3.11' })).status, 404);
});
