// How QoS specs reach who enforces them: the hypervisor in connection_info, the back end as data of the volume.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

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
      read_iops_sec_max: '100',
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
