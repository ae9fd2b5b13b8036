// What connect of the driver iscsi says, taken by os-brick as Nova calls it. No kernel is asked: see take_iscsi.py.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ConnectionInfo, Volume } from '../../workers/driver.ts';
import { iscsiDriver } from '../../workers/drivers/file/iscsi.ts';
import { connector } from './bench.ts';
import { testPorts } from './ports.ts';
import { freePortal, killTgtd, missingForIscsi } from './tgtd.ts';

const run = promisify(execFile);
const python = '/usr/bin/python3';
const script = fileURLToPath(new URL('./take_iscsi.py', import.meta.url));
const call = { signal: new AbortController().signal };
const volume: Volume = {
  ...{ id: 'c0f02a14-0000-4000-8000-000000000002', sizeGiB: 1, pool: 'pool', location: null, qos: {}, extraSpecs: {} },
};

async function reasonToSkip(): Promise<{ skip?: string }> {
  const skip = await missingForIscsi();
  if (skip !== undefined) return { skip };
  const isThere = await run(python, ['-c', 'import os_brick']).then(Boolean, () => false);
  return isThere ? {} : { skip: 'python3-os-brick is not installed' };
}
const skip = await reasonToSkip();

interface Taken {
  readonly connector: string;
  readonly device: { readonly type: string; readonly path: string };
  /** The record of the node when it logged in. */
  readonly login: Readonly<Record<string, string>>;
  readonly size: string;
  readonly read: string;
  readonly left: { readonly records: number; readonly sessions: number };
}

async function taken(connection: ConnectionInfo, initiator = connector.initiator): Promise<Taken> {
  const taking = run(python, [script]);
  taking.child.stdin?.end(JSON.stringify({ connection, initiator }));
  return JSON.parse((await taking).stdout);
}

/** The volume begins with `ours`, and is open to the initiator of `connector`. */
async function onIscsi(
  options: Readonly<Record<string, string>>,
  work: (connection: ConnectionInfo) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'scoria-brick-'));
  const backend = await iscsiDriver.open({ directory, portal: await freePortal(), ...options }, testPorts);
  try {
    await backend.create(volume, { kind: 'blank' }, call);
    await writeFile(join(directory, `volume-${volume.id}`), 'ours', { flag: 'r+' });
    await work(await backend.connect(volume, connector, { mode: 'rw', attachmentId: volume.id }, call));
  } finally {
    await backend.close();
    await killTgtd(directory);
    await rm(directory, { recursive: true });
  }
}

test('os-brick logs in by CHAP with what connect says, finds the LUN, and leaves nothing behind', skip, async () => {
  await onIscsi({ chap_secret: 'correct-horse-battery' }, async (connection) => {
    const { connector: by, device, login, size, read, left } = await taken(connection);
    assert.equal(by, 'ISCSIConnector');
    assert.deepEqual([device.type, device.path], ['block', '/dev/sdscoria']);
    assert.equal(login['node.session.auth.authmethod'], 'CHAP');
    assert.equal(login['node.session.scan'], 'manual');
    assert.match(size, /^1 GiB/);
    assert.match(read, /6f 75 72 73/, 'the bytes of the volume');
    assert.deepEqual(left, { records: 0, sessions: 0 });
  });
});

test('os-brick logs in without CHAP where there is none', skip, async () => {
  await onIscsi({}, async (connection) => {
    const { login, read } = await taken(connection);
    assert.equal(login['node.session.auth.authmethod'], undefined);
    assert.match(read, /6f 75 72 73/);
  });
});

test('os-brick does not come in as another host, nor with another password', skip, async () => {
  await onIscsi({ chap_secret: 'correct-horse-battery' }, async (connection) => {
    const refused = /VolumeDeviceNotFound|Volume device not found/;
    await assert.rejects(taken(connection, 'iqn.1993-08.org.debian:01:stranger'), refused);
    const { data } = connection;
    await assert.rejects(taken({ ...connection, data: { ...data, auth_password: 'another-password' } }), refused);
  });
});
