// An encrypted volume of a type with the control location back-end, from the request to what a host reads.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { MIB, pattern, sha256 } from '../../../test/drivers/pattern.ts';
import { testPorts } from '../../../test/drivers/ports.ts';
import { missingTools, readNbd, writeNbd } from '../../../test/drivers/qemu.ts';
import { directoryOfTest, endDaemon } from '../../../test/drivers/qsd-daemon.ts';
import { keyBytes, makeEncryptedType } from '../../../test/harness/encryption.ts';
import { type Scoria, startScoria, type Told } from '../../../test/harness/scoria.ts';
import { qsdDriver } from './index.ts';

const missing = await missingTools('qemu-storage-daemon', 'qemu-io');
const version = '3.71';

// A test and not the suite is skipped: node:test counts skipped tests only.
if (missing.skip !== undefined) test('encrypted volumes of qsd', missing);
else
  describe('encrypted volumes of qsd', () => {
    let directory: string;
    let scoria: Scoria;
    before(async () => {
      directory = await directoryOfTest();
      // The keys are those of the service, not of the test.
      const { passphrase, ...outer } = testPorts;
      const open = (ports: object) => qsdDriver.open({ directory }, { ...outer, ...ports });
      scoria = await startScoria({ further: [{ name: 'qsd', open }] });
      await makeEncryptedType(scoria, 'sealed', { control_location: 'back-end' });
      await makeEncryptedType(scoria, 'odd', { control_location: 'back-end', cipher: 'serpent-xts-plain64' });
    });
    after(async () => {
      await scoria.close();
      await endDaemon(directory);
    });

    const ask = (method: string, path: string, body?: object) =>
      scoria.ask(method, `/v3${path}`, { version, ...(body === undefined ? {} : { body }) });

    async function attached(id: string): Promise<Told['body']> {
      const instance = '5e1f0000-0000-4000-8000-000000000001';
      const attachment = { volume_uuid: id, instance_uuid: instance, connector: { host: 'compute' } };
      const told = await ask('POST', '/attachments', { attachment });
      assert.equal(told.status, 200, told.text);
      const completed = await ask('POST', `/attachments/${told.body.attachment.id}/action`, { 'os-complete': null });
      assert.equal(completed.status, 204, completed.text);
      return told.body.attachment;
    }

    const connectionOf = ({ connection_info: info }: Told['body']) => ({
      driver_volume_type: String(info.driver_volume_type),
      data: info,
    });

    test('the scheduler takes the back end that opens it; a host reads plain bytes, a copy too, and the disk has none', async () => {
      const volume = await scoria.makeVolume({ volume_type: 'sealed' }, { version });
      const shown = await scoria.ask('GET', `/v3/volumes/${volume.id}`, { version, as: 'admin' });
      assert.match(shown.body.volume['os-vol-host-attr:host'], /@qsd#/);
      const text = Buffer.alloc(MIB, 'what nobody may read on the disk ');
      const attachment = await attached(volume.id);
      assert.equal(attachment.connection_info.encrypted, true);
      await writeNbd(connectionOf(attachment), 0, text);
      await writeNbd(connectionOf(attachment), 7 * MIB, pattern(3, MIB));
      const copy = await scoria.makeVolume({ source_volid: volume.id }, { version });
      const other = connectionOf(await attached(copy.id));
      assert.equal(sha256(await readNbd(other, 0, MIB)), sha256(text));
      assert.equal(sha256(await readNbd(other, 7 * MIB, MIB)), sha256(pattern(3, MIB)));
      const key = await keyBytes(scoria, volume.id);
      const names = await readdir(directory);
      const files = names.filter((name) => /\.(json|qcow2|log)$/.test(name));
      assert.ok(files.length > 3, names.join(' '));
      for (const name of files) {
        const bytes = await readFile(join(directory, name));
        assert.equal(bytes.indexOf('nobody may read'), -1, `${name} holds the bytes in the clear`);
        assert.equal(bytes.indexOf(key), -1, `${name} holds the key`);
      }
    });

    test('what a back end cannot open is refused, and nothing is left', async () => {
      const told = await ask('POST', '/volumes', { volume: { size: 1, volume_type: 'odd' } });
      assert.equal(told.status, 400);
      assert.match(told.body.badRequest.message, /serpent-xts-plain64/);
    });
  });
