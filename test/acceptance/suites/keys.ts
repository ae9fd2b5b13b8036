// Keys of encrypted volumes: castellan reads them from us as Nova does, and a real Barbican (Debian's) keeps them for
// us.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Http } from '../../../infra/http/port.ts';
import { barbican } from '../../../infra/keys/barbican.ts';
import { embeddedKeys } from '../../../infra/keys/embedded.ts';
import { KeysError } from '../../../infra/keys/port.ts';
import { type Scoria, startScoria, tokenOfPerson } from '../../harness/scoria.ts';
import { testSecrets } from '../../harness/secrets.ts';
import { python } from '../clients.ts';
import { freePort, type Service, startService, until } from '../service.ts';

test("castellan, as Nova uses it, fetches a volume's key through our catalog", async () => {
  const service: Service = await startService();
  try {
    assert.equal(await python('castellan_key.py', service), 'ok\n');
  } finally {
    await service.stop();
  }
});

const folder = mkdtempSync(join(tmpdir(), 'barbican-'));
let server: ReturnType<typeof spawn>;
let url: string;
before(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const script = fileURLToPath(new URL('../python/barbican_server.py', import.meta.url));
  server = spawn('/usr/bin/python3', [script, folder, String(port)], { stdio: 'ignore' });
  await until(
    () =>
      send(`${url}/v1/secrets`, 'GET', 'member').then(
        ({ status }) => status,
        () => 0,
      ),
    (status) => status === 200,
  );
});
after(() => {
  server.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** The token is the project: what the middleware of a Keystone would have made of it. */
const http: Http = (to, init) =>
  fetch(to, {
    ...init,
    headers: { ...init.headers, 'X-Project-Id': init.headers['X-Auth-Token'] ?? '', 'X-Roles': 'creator' },
  });
const send = (to: string, method: string, project: string) =>
  http(to, {
    method,
    headers: { 'X-Auth-Token': project, Accept: 'application/json' },
    signal: AbortSignal.timeout(20_000),
    redirect: 'error',
  });
const secrets = async (project: string): Promise<{ name: string; secret_ref: string }[]> => {
  const told = (await (await send(`${url}/v1/secrets?limit=100`, 'GET', project)).json()) as {
    secrets: { name: string; secret_ref: string }[];
  };
  return told.secrets;
};

const described = { name: 'volume x', algorithm: 'aes', bitLength: 512, mode: 'xts' };
const failing = (failure: string) => (error: unknown) => error instanceof KeysError && error.failure === failure;

test('a real Barbican keeps, clones, gives and deletes keys, each project its own', async () => {
  const manager = barbican({ url, http });
  const id = await manager.create(described, 'one');
  const bytes = await manager.get(id, 'one');
  assert.equal(bytes.length, 64);
  const clone = await manager.clone(id, 'volume y', 'one');
  assert.notEqual(clone, id);
  assert.deepEqual(await manager.get(clone, 'one'), bytes);
  await assert.rejects(manager.get(id, 'two'), (error) => failing('refused')(error) || failing('absent')(error));
  await manager.delete(id, 'one');
  await manager.delete(id, 'one');
  await assert.rejects(manager.get(id, 'one'), failing('absent'));
  assert.deepEqual(
    (await secrets('one')).map(({ name }) => name),
    ['volume y'],
  );
  await assert.rejects(barbican({ url: 'http://127.0.0.1:9', http }).get(id, 'one'), failing('unavailable'));
});

test('with Barbican the keys of volumes are made, cloned and deleted there, and refused volumes leave none', async () => {
  const keys = { ...embeddedKeys(testSecrets), manager: barbican({ url, http }) };
  const scoria: Scoria = await startScoria({ keys });
  const ask = (method: string, path: string, body?: object, as = 'member') =>
    scoria.ask(method, `/v3${path}`, { as, version: '3.71', ...(body === undefined ? {} : { body }) });
  const token = async () => (await secrets(tokenOfPerson('member'))).map(({ name }) => name).sort();
  try {
    const { body } = await ask('POST', '/types', { volume_type: { name: 'luks' } }, 'admin');
    const encryption = { provider: 'luks', control_location: 'front-end', cipher: 'aes-xts-plain64', key_size: 256 };
    await ask('POST', `/types/${body.volume_type.id}/encryption`, { encryption }, 'admin');
    const volume = await scoria.makeVolume({ volume_type: 'luks' }, { version: '3.71' });
    const copy = await scoria.makeVolume({ source_volid: volume.id }, { version: '3.71' });
    const made = await ask('POST', '/backups', { backup: { volume_id: volume.id } });
    assert.equal(made.status, 202, made.text);
    const backup = made.body.backup.id;
    await scoria.until(`/v3/backups/${backup}`, (told) => told.body.backup.status === 'available');
    assert.deepEqual(await token(), [`backup ${backup}`, `volume ${copy.id}`, `volume ${volume.id}`].sort());
    await ask('PUT', '/os-quota-sets/a0000000000000000000000000000001', { quota_set: { volumes: 2 } }, 'admin');
    assert.equal((await ask('POST', '/volumes', { volume: { size: 1, volume_type: 'luks' } })).status, 413);
    const offered = await ask('POST', '/volume-transfers', { transfer: { volume_id: copy.id } });
    assert.equal(offered.status, 400);
    assert.equal((await token()).length, 3);
    for (const path of [`/backups/${backup}`, `/volumes/${volume.id}`, `/volumes/${copy.id}`]) {
      assert.equal((await ask('DELETE', path)).status, 202);
      await scoria.until(`/v3${path}`, ({ status }) => status === 404);
    }
    assert.deepEqual(await token(), []);
  } finally {
    await scoria.close();
  }
});
