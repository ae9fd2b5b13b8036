// How QoS specs reach who enforces them: the hypervisor in connection_info, the back end as data of the volume.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../infra/clock/system.ts';
import { webDigests } from '../../infra/digests/web.ts';
import { systemIds } from '../../infra/ids/system.ts';
import { silentLog } from '../../infra/log/lines.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';
import { sweep } from '../../workers/sweeper.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

const ask = (method: string, path: string, body?: object) =>
  scoria.ask(method, `/v3${path}`, { as: 'admin', version: '3.71', ...(body === undefined ? {} : { body }) });

/** A type with QoS specs of its own, on the first back end. */
async function typeWith(name: string, consumer: string, specs: object): Promise<void> {
  const qos = await ask('POST', '/qos-specs', { qos_specs: { name: `of-${name}`, consumer, ...specs } });
  const type = await ask('POST', '/types', {
    volume_type: { name, extra_specs: { volume_backend_name: 'one' } },
  });
  await ask('GET', `/qos-specs/${qos.body.qos_specs.id}/associate?vol_type_id=${type.body.volume_type.id}`);
}
const toldTo = async (id: string) => {
  const told = await ask('POST', `/volumes/${id}/action`, { 'os-initialize_connection': { connector: { host: 'h' } } });
  assert.equal(told.status, 200, told.text);
  return told.body.connection_info.data.qos_specs;
};
const keptBy = (id: string) => scoria.backends[0]?.store.objects.get(`volume-${id}`)?.qos;

test('each consumer is told, and nobody else', async () => {
  const specs = { total_iops_sec: '500' };
  for (const [consumer, front, back] of [
    ['front-end', specs, {}],
    ['back-end', null, specs],
    ['both', specs, specs],
  ] as const) {
    await typeWith(consumer, consumer, specs);
    const { id } = await scoria.makeVolume({ volume_type: consumer });
    assert.deepEqual(await toldTo(id), front, consumer);
    assert.deepEqual(keptBy(id), back, consumer);
  }
});

test('limits for each GiB are sent as limits of the volume, between their least and their most', async () => {
  await typeWith('scaled', 'front-end', {
    read_iops_sec_per_gb: '10',
    read_iops_sec_per_gb_min: '50',
    read_iops_sec_max: '100',
    write_bytes_sec_per_gb: '1000',
    size_iops_sec: '4096',
  });
  for (const [size, reads] of [
    [1, '50'],
    [7, '70'],
    [20, '100'],
  ] as const) {
    const { id } = await scoria.makeVolume({ volume_type: 'scaled', size });
    assert.deepEqual(await toldTo(id), {
      read_iops_sec: reads,
      write_bytes_sec: String(1000 * size),
      size_iops_sec: '4096',
    });
  }
});

test('a retype gives the volume the limits of its new type, where it stays and where it goes', async () => {
  await typeWith('slow', 'back-end', { total_iops_sec: '10' });
  await typeWith('fast', 'back-end', { total_iops_sec: '9000' });
  const { id } = await scoria.makeVolume({ volume_type: 'slow' });
  await ask('POST', `/volumes/${id}/action`, { 'os-retype': { new_type: 'fast' } });
  await scoria.until(`/v3/volumes/${id}`, ({ body }) => body.volume.volume_type === 'fast');
  assert.deepEqual(keptBy(id), { total_iops_sec: '9000' });
});

/** Until what was begun for the volume has come to its end. */
async function limited(id: string): Promise<string> {
  await sweep({ ...scoria, clock: systemClock(), ids: systemIds(), digests: webDigests(), log: silentLog });
  const last = {
    name: 'test.operation',
    text: `SELECT status FROM operations WHERE resource_id = '${id}' ORDER BY created_at DESC`,
  };
  for (;;) {
    const [row] = await scoria.database.all<{ status: string }>(last);
    if (row?.status === 'done' || row?.status === 'failed') return row.status;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('a change of QoS specs reaches living volumes: other limits, another consumer, another type, none', async () => {
  await typeWith('live', 'back-end', { total_iops_sec: '100' });
  const { id } = await scoria.makeVolume({ volume_type: 'live' });
  const all = await ask('GET', '/qos-specs');
  const specs = all.body.qos_specs.find(({ name }: { name: string }) => name === 'of-live').id;
  const types = await ask('GET', '/types');
  const type = types.body.volume_types.find(({ name }: { name: string }) => name === 'live').id;
  const changes: readonly (readonly [string, string, object | undefined, object])[] = [
    [
      'PUT',
      `/qos-specs/${specs}`,
      { qos_specs: { total_iops_sec: '200', read_bytes_sec: '9' } },
      { total_iops_sec: '200', read_bytes_sec: '9' },
    ],
    ['PUT', `/qos-specs/${specs}/delete_keys`, { keys: ['read_bytes_sec'] }, { total_iops_sec: '200' }],
    ['PUT', `/qos-specs/${specs}`, { qos_specs: { consumer: 'front-end' } }, {}],
    ['PUT', `/qos-specs/${specs}`, { qos_specs: { consumer: 'both' } }, { total_iops_sec: '200' }],
    ['GET', `/qos-specs/${specs}/disassociate?vol_type_id=${type}`, undefined, {}],
    ['GET', `/qos-specs/${specs}/associate?vol_type_id=${type}`, undefined, { total_iops_sec: '200' }],
    ['DELETE', `/qos-specs/${specs}?force=true`, undefined, {}],
  ];
  for (const [method, path, body, kept] of changes) {
    const told = await ask(method, path, body);
    assert.ok(told.status < 300, `${method} ${path}: ${told.text}`);
    assert.equal(await limited(id), 'done', path);
    assert.deepEqual(keptBy(id), kept, `${method} ${path}`);
    assert.equal((await ask('GET', `/volumes/${id}`)).body.volume.status, 'available');
  }
});

test('specs that a type has already are associated again without any work for its volumes', async () => {
  await typeWith('twice', 'back-end', { total_iops_sec: '100' });
  const { id } = await scoria.makeVolume({ volume_type: 'twice' });
  const all = await ask('GET', '/qos-specs');
  const specs = all.body.qos_specs.find(({ name }: { name: string }) => name === 'of-twice').id;
  const types = await ask('GET', '/types');
  const type = types.body.volume_types.find(({ name }: { name: string }) => name === 'twice').id;
  assert.equal((await ask('GET', `/qos-specs/${specs}/associate?vol_type_id=${type}`)).status, 202);
  const { body } = await scoria.ask('GET', `/scoria/v1/operations?resource_id=${id}`);
  assert.deepEqual(
    body.operations.map(({ kind }: { kind: string }) => kind),
    ['volume.create'],
  );
  assert.equal((await ask('DELETE', `/volumes/${id}`)).status, 202);
  await scoria.until(`/v3/volumes/${id}`, ({ status }) => status === 404);
});

test('limits for each GiB grow with the volume, and where a back end cannot change them the user is told', async () => {
  await typeWith('grows', 'back-end', { total_iops_sec_per_gb: '100' });
  const { id } = await scoria.makeVolume({ volume_type: 'grows' });
  const { knobs } = scoria.backends[0] ?? {};
  const before = knobs?.calls('qos', id) ?? 0;
  await ask('POST', `/volumes/${id}/action`, { 'os-extend': { new_size: 3 } });
  await scoria.until(`/v3/volumes/${id}`, ({ body }) => body.volume.size === 3);
  assert.equal(knobs?.calls('qos', id), before + 1);
  knobs?.set('qos', id, { kind: 'fail-before', failure: 'not-supported' });
  const all = await ask('GET', '/qos-specs');
  const specs = all.body.qos_specs.find(({ name }: { name: string }) => name === 'of-grows').id;
  await ask('PUT', `/qos-specs/${specs}`, { qos_specs: { total_iops_sec_per_gb: '200' } });
  assert.equal(await limited(id), 'failed');
  const told = await scoria.ask('GET', `/v3/messages?resource_uuid=${id}`, { version: '3.71' });
  assert.deepEqual(
    told.body.messages.map((one: { event_id: string }) => one.event_id),
    ['VOLUME_VOLUME_115_118'],
  );
  assert.equal((await ask('GET', `/volumes/${id}`)).body.volume.status, 'available');
});

test('a volume in use keeps its type where that would change the limits for its host', async () => {
  const { id } = await scoria.makeVolume({ volume_type: 'slow' });
  const act = (body: object) => ask('POST', `/volumes/${id}/action`, body);
  await act({ 'os-attach': { instance_uuid: id, mountpoint: '/dev/vdb' } });
  const refused = await act({ 'os-retype': { new_type: 'both' } });
  assert.equal(refused.status, 400);
  assert.match(refused.text, /for in-use volumes front-end qos specs cannot change/);
  assert.equal((await act({ 'os-retype': { new_type: 'fast' } })).status, 202);
  await scoria.until(`/v3/volumes/${id}`, ({ body }) => body.volume.volume_type === 'fast');
});
