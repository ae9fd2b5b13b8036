// What connect says, taken by os-brick as Nova calls it. Of NBD it knows nothing, and says so.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ConnectionInfo, Volume } from '../../workers/driver.ts';
import { fileDriver } from '../../workers/drivers/file/index.ts';
import { connector } from './bench.ts';
import { testPorts } from './ports.ts';

const python = '/usr/bin/python3';
const script = fileURLToPath(new URL('./take_connection.py', import.meta.url));
const call = { signal: new AbortController().signal };
const volume: Volume = {
  ...{ id: 'c0f02a14-0000-4000-8000-000000000001', sizeGiB: 1, pool: 'pool', location: null, qos: {}, extraSpecs: {} },
};

interface Taken {
  readonly device: { readonly path: string };
  readonly mounts: readonly (readonly string[])[];
  readonly connector: string;
}

async function run(args: readonly string[], input: string): Promise<{ code: number; out: string; said: string }> {
  const child = spawn(python, args);
  let out = '';
  let said = '';
  child.stdout.on('data', (part) => (out += part));
  child.stderr.on('data', (part) => (said += part));
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code, out, said };
}

const { code: absent } = await run(['-c', 'import os_brick'], '').catch(() => ({ code: 1 }));
const skip = absent === 0 ? {} : { skip: 'python3-os-brick is not installed' };

async function taken(connection: ConnectionInfo, directory: string, base: string): Promise<Taken> {
  const { code, out, said } = await run([script], JSON.stringify({ connection, directory, mount_base: base }));
  assert.equal(code, 0, said);
  return JSON.parse(out);
}

async function onFile(options: Readonly<Record<string, string>>, work: (one: Opened) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'scoria-brick-'));
  const directory = join(folder, 'volumes');
  const backend = await fileDriver.open({ directory, ...options }, testPorts);
  try {
    await backend.create(volume, { kind: 'blank' }, call);
    await writeFile(join(directory, `volume-${volume.id}`), 'ours', { flag: 'r+' });
    const how = { mode: 'rw', attachmentId: volume.id } as const;
    const connection = await backend.connect(volume, connector, how, call);
    await work({ connection, directory, base: join(folder, 'mnt') });
  } finally {
    await backend.close();
    await rm(folder, { recursive: true });
  }
}

interface Opened {
  readonly connection: ConnectionInfo;
  readonly directory: string;
  readonly base: string;
}

test('os-brick mounts the share of file with its options and finds the volume in it', skip, async () => {
  const options = { share: 'filer.example.com:/export/volumes', share_options: '-o vers=4.2' };
  await onFile(options, async ({ connection, directory, base }) => {
    const { device, mounts, connector: by } = await taken(connection, directory, base);
    assert.equal(by, 'RemoteFsConnector');
    const [mount = []] = mounts;
    assert.deepEqual(mount.slice(0, 3), ['mount', '-t', 'nfs']);
    assert.deepEqual(mount.slice(-4, -1), ['-o', 'vers=4.2', options.share]);
    assert.equal((await readFile(device.path)).toString('utf8', 0, 4), 'ours');
    assert.equal((await stat(device.path)).size, 1024 ** 3);
    assert.equal((await stat(device.path)).mode & 0o777, 0o660);
  });
});

test('os-brick takes a volume of file on the same machine', skip, async () => {
  await onFile({}, async ({ connection, directory, base }) => {
    const { device, connector: by } = await taken(connection, directory, base);
    assert.equal(by, 'LocalConnector');
    assert.equal((await readFile(device.path)).toString('utf8', 0, 4), 'ours');
  });
});

test('os-brick has no connector for NBD: what its README says of qsd is so', skip, async () => {
  const connection = { driver_volume_type: 'nbd', data: { uri: 'nbd://127.0.0.1/x' } };
  const { code, said } = await run([script], JSON.stringify({ connection, directory: '/', mount_base: '/' }));
  assert.notEqual(code, 0);
  assert.match(said, /Invalid InitiatorConnector protocol/);
});

test('a share that mount would read as an option is refused', async () => {
  for (const options of [
    { share: '-o:/x' },
    { share: 'a b:/x' },
    { share: 'host' },
    { share: 'h:/x', share_options: '-o a;b' },
    { share_options: '-o vers=3' },
    { file_mode: '999' },
    { file_mode: '400' },
  ]) {
    await assert.rejects(fileDriver.open({ directory: '/nowhere', ...options }, testPorts), /option (share|file_mode)/);
  }
});
