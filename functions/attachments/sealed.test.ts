// What a target tells a host, passwords and all, is for the host: nobody reads it in the database.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Database } from '../../infra/database/port.ts';
import { memorySecrets } from '../../infra/secrets/memory.ts';
import { chap, rowsWithSecrets } from '../../test/harness/canaries.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

const version = '3.54';
const connector = { host: 'compute-1', initiator: 'iqn.x' };

async function attached(): Promise<string> {
  const { id: volume } = await scoria.makeVolume();
  const made = await scoria.ask('POST', '/v3/attachments', {
    version,
    body: { attachment: { volume_uuid: volume, connector } },
  });
  assert.equal(made.body.attachment?.connection_info.auth_password, chap.auth_password, made.text);
  return made.body.attachment.id;
}

test('a password that a target tells is shown to who may see the attachment, and stands in no table', async () => {
  const id = await attached();
  assert.deepEqual(await rowsWithSecrets(scoria.database), []);
  const shown = await scoria.ask('GET', `/v3/attachments/${id}`, { version });
  assert.equal(shown.body.attachment.connection_info.auth_password, chap.auth_password);
  const listed = await scoria.ask('GET', '/v3/attachments/detail', { version });
  assert.equal(listed.body.attachments[0].connection_info.auth_password, chap.auth_password);
});

test('nor does it while a request of the older way has not fetched it yet', async () => {
  const { id } = await scoria.makeVolume();
  let seen: unknown[] | null = null;
  const all: Database['all'] = async (statement, parameters) => {
    if (statement.name === 'attachments.take-result') {
      const kept = await scoria.database.all({
        name: 'test',
        text: 'SELECT id FROM operations WHERE result IS NOT NULL',
      });
      assert.equal(kept.length, 1);
      seen = await rowsWithSecrets(scoria.database);
    }
    return scoria.database.all(statement, parameters);
  };
  const { secrets } = scoria;
  const other = await startScoria({ workers: false, shares: { database: { ...scoria.database, all }, secrets } });
  const body = { 'os-initialize_connection': { connector } };
  const told = await other.ask('POST', `/v3/volumes/${id}/action`, { body });
  assert.equal(told.body.connection_info?.data.auth_password, chap.auth_password, told.text);
  assert.deepEqual(seen, []);
  await other.close();
});

test('a connection of one attachment opens for no other', async () => {
  const one = await attached();
  const two = await attached();
  const text = `UPDATE attachments a SET connection_info = b.connection_info FROM attachments b
    WHERE a.id = '${one}' AND b.id = '${two}'`;
  await scoria.database.all({ name: 'test', text });
  const shown = await scoria.ask('GET', `/v3/attachments/${one}`, { version });
  assert.deepEqual([shown.status, shown.body.attachment.connection_info], [200, {}]);
});

test('where the sealing key is gone the attachment is shown without its connection, and the log says why', async () => {
  const id = await attached();
  const said: object[] = [];
  const note = (event: string, fields: object = {}) => void said.push({ event, ...fields });
  const log = { debug() {}, info() {}, warn: note, error: note };
  const shares = { database: scoria.database, secrets: memorySecrets() };
  const other = await startScoria({ workers: false, shares, log });
  const shown = await other.ask('GET', `/v3/attachments/${id}`, { version });
  assert.deepEqual([shown.status, shown.body.attachment.connection_info], [200, {}]);
  assert.equal((await other.ask('GET', '/v3/attachments/detail', { version })).status, 200);
  assert.ok(said.some((one) => 'of' in one && one.of === id && 'reason' in one));
  await other.close();
});

test('a connection that has been made and cannot be opened here is a failure, and no empty success', async () => {
  const { id: volume } = await scoria.makeVolume();
  const all: Database['all'] = async (statement, parameters) => {
    if (statement.name === 'attachments.outcome') {
      const text = `UPDATE attachments SET connection_info = '"s1.other.key.here"' WHERE volume_id = '${volume}'`;
      await scoria.database.all({ name: 'test', text });
    }
    return scoria.database.all(statement, parameters);
  };
  const { secrets } = scoria;
  const other = await startScoria({ workers: false, shares: { database: { ...scoria.database, all }, secrets } });
  const body = { attachment: { volume_uuid: volume, connector } };
  const told = await other.ask('POST', '/v3/attachments', { version, body });
  assert.equal(told.status, 500, told.text);
  assert.equal(told.body.computeFault.message, 'Unable to create attachment for volume.');
  await other.close();
});

test('a row from before connections were sealed is shown as it is', async () => {
  const id = await attached();
  const text = `UPDATE attachments SET connection_info = '{"device_path": "/dev/old"}' WHERE id = '${id}'`;
  await scoria.database.all({ name: 'test', text });
  const shown = await scoria.ask('GET', `/v3/attachments/${id}`, { version });
  assert.deepEqual(shown.body.attachment.connection_info, { device_path: '/dev/old' });
});
