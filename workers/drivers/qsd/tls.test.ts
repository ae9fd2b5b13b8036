// With TLS a host needs a certificate of the CA, and the worker's own copies have one.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { connector } from '../../../test/drivers/bench.ts';
import { MIB, pattern, sha256 } from '../../../test/drivers/pattern.ts';
import { testPorts } from '../../../test/drivers/ports.ts';
import { io, missingTools } from '../../../test/drivers/qemu.ts';
import { directoryOfTest, endDaemon } from '../../../test/drivers/qsd-daemon.ts';
import type { Backend, Volume } from '../../driver.ts';
import { qsdDriver } from './index.ts';

const run = promisify(execFile);
const call = { signal: new AbortController().signal };
const tools = await missingTools('qemu-storage-daemon', 'qemu-io');
const hasOpenssl = await run('openssl', ['version']).then(
  () => true,
  () => false,
);
const missing = hasOpenssl ? tools : { skip: 'openssl is not installed' };

/** A CA with a server and a client, in the files that qemu looks for. */
async function makeCertificates(folder: string): Promise<void> {
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await writeFile(join(folder, 'san'), 'subjectAltName=IP:127.0.0.1,DNS:localhost');
  await openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca-key.pem',
    '-out',
    'ca-cert.pem',
    '-days',
    '2',
    '-subj',
    '/CN=ca',
  );
  for (const name of ['server', 'client']) {
    await openssl('req', ...key, '-keyout', `${name}-key.pem`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const ca = ['-CA', 'ca-cert.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-days', '2', '-extfile', 'san'];
    await openssl('x509', '-req', '-in', `${name}.csr`, ...ca, '-out', `${name}-cert.pem`);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}

// A test and not the suite is skipped: node:test counts skipped tests only.
if (missing.skip !== undefined) test('qsd with TLS', missing);
else
  describe('qsd with TLS', () => {
    let directory: string;
    let certificates: string;
    let backend: Backend;
    const volume: Volume = {
      ...{
        id: 'c0f02a15-0000-4000-8000-000000000001',
        sizeGiB: 1,
        pool: 'pool',
        location: null,
        qos: {},
        extraSpecs: {},
      },
    };
    before(async () => {
      directory = await directoryOfTest();
      certificates = await directoryOfTest();
      await makeCertificates(certificates);
      const listen = `127.0.0.1:${await freePort()}`;
      backend = await qsdDriver.open({ directory, listen, tls_directory: certificates }, testPorts);
      await backend.create(volume, { kind: 'blank' }, call);
    });
    after(async () => {
      await backend.close();
      await endDaemon(directory);
      await rm(certificates, { recursive: true });
    });

    test('a host with a certificate reads and writes, one without, or of another CA, is refused', async () => {
      const how = { mode: 'rw', attachmentId: volume.id } as const;
      const { data } = await backend.connect(volume, connector, how, call);
      assert.equal(data.tls, true);
      assert.match(String(data.uri), /^nbds:\/\/127\.0\.0\.1:/);
      const other = await directoryOfTest();
      await makeCertificates(other);
      const at = `driver=nbd,server.type=inet,server.host=${data.host},server.port=${data.port},export=${data.export}`;
      const as = (folder: string) => [
        ...['--object', `tls-creds-x509,id=tls,endpoint=client,dir=${folder}`, '--image-opts'],
      ];
      const write = 'write -q -P 0x41 0 65536';
      const options = (more: string) => `driver=raw,${at.replace(/(^|,)(?=\w)/g, '$1file.')}${more}`;
      await io(options(',file.tls-creds=tls'), as(certificates), write, 'flush', 'read -P 0x41 0 65536');
      await assert.rejects(io(options(',file.tls-creds=tls'), as(other), write));
      await assert.rejects(io(options(''), ['--image-opts'], write));
      await rm(other, { recursive: true });
    });

    test('the worker reads and writes through TLS', async () => {
      const data = await backend.openData?.({ kind: 'volume', volume }, 'rw', call);
      await data?.write(MIB, pattern(1, MIB));
      await data?.flush();
      assert.equal(sha256((await data?.read(MIB, MIB)) ?? new Uint8Array()), sha256(pattern(1, MIB)));
      await data?.close();
    });
  });
