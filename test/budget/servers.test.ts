// How many statements it takes that a server is told of its volume: those of the work, and a claim and a settle.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before } from 'node:test';
import { memoryNova } from '../../infra/compute/memory.ts';
import type { Kind } from '../../schema/operations.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';
import { testWork, type Work } from './working.ts';

const nova = memoryNova();
let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ nova });
});
after(() => scoria.close());

const ask = async (method: string, path: string, body: object) => {
  const told = await scoria.ask(method, path, { version: '3.71', as: 'admin', body });
  assert.ok(told.status < 300, told.text);
};
const act = (id: string, body: object) => ask('POST', `/v3/volumes/${id}/action`, body);

/** A volume and a server of Nova that has it. */
async function known() {
  const { id } = await scoria.makeVolume({}, { as: 'admin' });
  const server = randomUUID();
  nova.servers.set(server, new Set([id]));
  return { id, server };
}

async function isTold(server: string) {
  const text = `SELECT status FROM operations WHERE resource_id = '${server}'`;
  for (let status = ''; status !== 'done'; ) {
    [{ status } = { status: '' }] = await scoria.database.all<{ status: string }>({ name: 'test.show', text });
  }
}

const work: Readonly<Record<Extract<Kind, `server.${string}`>, Work>> = {
  'server.volume_extended': {
    statements: 5,
    claims: 2,
    settles: ['volume.extend', 'server.volume_extended'],
    async prepare() {
      const { id, server } = await known();
      await act(id, { 'os-attach': { instance_uuid: server, mountpoint: '/dev/vdb' } });
      return () => act(id, { 'os-extend': { new_size: 2 } }).then(() => isTold(server));
    },
  },
  // To where the server is asked: the request, the choice of the pool, the other half, and the asking.
  'server.swap_volume': {
    statements: 7,
    claims: 3,
    settles: ['server.swap_volume'],
    async prepare() {
      const { id, server } = await known();
      await act(id, { 'os-attach': { instance_uuid: server, mountpoint: '/dev/vdb' } });
      const shown = await scoria.ask('GET', `/v3/volumes/${id}`, { as: 'admin' });
      const isOnOne = shown.body.volume['os-vol-host-attr:host'].includes('@one');
      const host = `test@${isOnOne ? 'two' : 'one'}#pool`;
      return () => act(id, { 'os-migrate_volume': { host } }).then(() => isTold(server));
    },
  },
  'server.volume_reimaged': {
    statements: 6,
    claims: 2,
    settles: ['volume.reimage', 'server.volume_reimaged'],
    async prepare() {
      const { id, server } = await known();
      await ask('POST', '/v3/attachments', { attachment: { volume_uuid: id, instance_uuid: server } });
      const image_id = scoria.glance.keep(new Uint8Array(1024));
      return () => act(id, { 'os-reimage': { image_id, reimage_reserved: true } }).then(() => isTold(server));
    },
  },
};

for (const [kind, one] of Object.entries(work)) testWork(kind, one, () => scoria);
