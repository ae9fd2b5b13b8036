// Volumes that the back end opens for hosts: plain bytes to a host, LUKS to everybody else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { luks1 } from '../../infra/luks/luks1.ts';
import { headerBytes } from '../../infra/luks/port.ts';
import type { Source, Volume } from '../../workers/driver.ts';
import { assertFails, type Bench, blank } from './bench.ts';
import { lacks } from './data.ts';
import { GIB, MIB, pattern, sha256 } from './pattern.ts';
import { passphrase, wrongPassphrases } from './ports.ts';
import { assertContractError } from './watch.ts';

const text = Buffer.alloc(MIB, 'what nobody may read on the disk ');

export function encryptedTests(get: () => Bench): void {
  test('a host sees plain bytes behind the header, and what lies on the back end is LUKS', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'opensEncrypted', 'openData')) return;
    const volume = await formatted(bench);
    await write(bench, volume, 0, text);
    await write(bench, volume, GIB - headerBytes - MIB, pattern(90, MIB));
    assert.equal(sha256(await bench.read(volume, 0, MIB)), sha256(text));
    assert.equal(sha256(await bench.read(volume, GIB - headerBytes - MIB, MIB)), sha256(pattern(90, MIB)));
    await assert.rejects(bench.read(volume, GIB - headerBytes, 512), 'the volume ends where its data does');
    const lies = await bytesOf(bench, volume, 0, headerBytes + MIB);
    assert.equal(lies.toString('latin1', 0, 4), 'LUKS');
    assert.equal(lies.indexOf('nobody may read'), -1);
  });

  test('snapshots, copies and reverting keep an encrypted volume what it is', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'opensEncrypted', 'openData', 'snapshot', 'revert')) return;
    const volume = await formatted(bench);
    await write(bench, volume, 5 * MIB, pattern(91, MIB));
    const snapshot = await bench.taken(volume);
    await write(bench, volume, 5 * MIB, pattern(92, MIB));
    const copy = await made(bench, { kind: 'snapshot', snapshot });
    assert.equal(sha256(await bench.read(copy, 5 * MIB, MIB)), sha256(pattern(91, MIB)));
    await bench.backend.revert?.(volume, snapshot, bench.call());
    assert.equal(sha256(await bench.read(volume, 5 * MIB, MIB)), sha256(pattern(91, MIB)));
    if (bench.backend.clone !== undefined) {
      const clone = await made(bench, { kind: 'volume', volume });
      await write(bench, clone, 5 * MIB, pattern(93, MIB));
      assert.equal(sha256(await bench.read(clone, 5 * MIB, MIB)), sha256(pattern(93, MIB)));
    }
    assert.equal(sha256(await bench.read(volume, 5 * MIB, MIB)), sha256(pattern(91, MIB)));
  });

  test('an encrypted volume grows while a host has it, and in a back end that was killed it is open again', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'opensEncrypted', 'openData', 'extend')) return;
    const volume = await formatted(bench);
    const connection = await bench.connect(volume);
    await bench.subject.write(connection, 0, text);
    await bench.backend.extend?.(volume, 2, bench.call());
    const end = 2 * GIB - headerBytes - MIB;
    await bench.subject.write(connection, end, pattern(94, MIB));
    await assert.rejects(bench.subject.read(connection, end + MIB, 512), 'it is as large as asked for and no larger');
    if (bench.subject.killBackend !== undefined) {
      await bench.subject.killBackend();
      await bench.backend.stats(bench.call());
    }
    assert.equal(sha256(await bench.subject.read(connection, 0, MIB)), sha256(text));
    assert.equal(sha256(await bench.subject.read(connection, end, MIB)), sha256(pattern(94, MIB)));
    await bench.backend.disconnect(volume, null, { attachmentId: null }, bench.call());
  });

  test('a wrong key, and a volume without a header, are refused without the key in the error', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'opensEncrypted', 'openData')) return;
    const bare = await made(bench, blank);
    const locked = await formatted(bench);
    wrongPassphrases.set(locked.id, 'f'.repeat(64));
    for (const volume of [bare, locked]) await assertFails(bench.connect(volume), 'fatal');
    for (const error of bench.errors) assertContractError(error, [passphrase, 'f'.repeat(64)]);
    wrongPassphrases.delete(locked.id);
    await write(bench, locked, 0, text);
    await bench.backend.remove(locked, bench.call());
    await bench.backend.remove(bare, bench.call());
  });
}

const encryptedVolume = (bench: Bench): Volume => ({ ...bench.volume(), isEncrypted: true });
const made = (bench: Bench, source: Source) => bench.made(encryptedVolume(bench), source);

/** A new volume with a header, as the worker leaves it. */
async function formatted(bench: Bench): Promise<Volume> {
  const volume = await made(bench, blank);
  const data = await bench.backend.openData?.({ kind: 'volume', volume }, 'rw', bench.call());
  assert.ok(data);
  const { header } = await luks1().format(passphrase, 256);
  await data.write(0, header);
  await data.flush();
  await data.close();
  return volume;
}

async function bytesOf(bench: Bench, volume: Volume, offset: number, length: number): Promise<Buffer> {
  const data = await bench.backend.openData?.({ kind: 'volume', volume }, 'r', bench.call());
  assert.ok(data);
  try {
    return Buffer.from(await data.read(offset, length));
  } finally {
    await data.close();
  }
}

async function write(bench: Bench, volume: Volume, offset: number, bytes: Uint8Array): Promise<void> {
  const connection = await bench.connect(volume);
  await bench.subject.write(connection, offset, bytes);
  await bench.backend.disconnect(volume, null, { attachmentId: null }, bench.call());
}
