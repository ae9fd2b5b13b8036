// Backups when things go wrong, under a clock that the test moves.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { timestamp } from '../../infra/clock/port.ts';
import { type VirtualClock, virtualClock } from '../../infra/clock/virtual.ts';
import { webDigests } from '../../infra/digests/web.ts';
import { memoryObjects } from '../../infra/objects/memory.ts';
import type { Objects } from '../../infra/objects/port.ts';
import { ObjectsError } from '../../infra/objects/port.ts';
import { drift } from '../../test/harness/invariants.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';
import type { Data } from '../driver.ts';
import { claimWork } from '../work/statements.ts';
import { adoptBackup } from './adopt.ts';
import { chunkBytes, manifestKey } from './manifest.ts';
import { restoreBackup } from './read.ts';
import { removeBackup } from './remove.ts';
import { writeBackup } from './write.ts';

const storeOf = (objects: Objects) => ({ objects, digests: webDigests() });

let clock: VirtualClock;
let scoria: Scoria;
let quiet: Scoria;
beforeEach(async () => {
  clock = virtualClock();
  scoria = await startScoria({ clock });
  // The same database without workers: what it begins waits for a message that nobody here will get.
  quiet = await startScoria({ clock, workers: false, shares: scoria });
});
afterEach(async () => {
  await quiet.close();
  await scoria.close();
});

const mib = 1024 * 1024;
const bytes = (seed: number, length: number) =>
  new Uint8Array(length).map((_, at) => (at * 7 + (at >> 13) + seed) % 251);

/** Lets time pass, a second at a look, until the answer is as wanted. */
const later: Scoria['until'] = (path, wanted, asked) =>
  scoria.until(
    path,
    async (told) => {
      await clock.advance(1_000);
      return wanted(told);
    },
    asked,
  );

const memoryOf = (id: string) => scoria.backends.find((one) => one.store.objects.has(`volume-${id}`));

async function fullVolume(): Promise<string> {
  const { id } = await scoria.makeVolume();
  memoryOf(id)?.store.write(id, 0, bytes(1, 32 * mib));
  return id;
}

async function backUp(volume: string, by: Scoria = scoria): Promise<string> {
  const told = await by.ask('POST', '/v3/backups', { body: { backup: { volume_id: volume } } });
  assert.equal(told.status, 202, told.text);
  return told.body.backup.id;
}

const statusIs = (kind: 'backup' | 'volume', status: string) => (told: { body: Record<string, { status: string }> }) =>
  told.body[kind]?.status === status;

async function claimOf(resource: string) {
  const [row] = await scoria.database.all<{ id: string }>({
    name: 'test.operation',
    text: `SELECT id::text AS id FROM operations WHERE resource_id = '${resource}' AND status = 'queued'`,
  });
  const claimed = await claimWork(scoria.database, { operation: row?.id ?? '', attempt: 0 }, timestamp(clock));
  assert.ok(claimed !== null && claimed !== 'busy');
  return claimed.claimed;
}

/** Data in memory, as a driver opens it. */
function dataOf(held: Uint8Array): Data {
  return {
    sizeBytes: held.length,
    read: async (offset, length) => held.slice(offset, offset + length),
    write: async (offset, given) => held.set(given, offset),
    discard: async (offset, length) => void held.fill(0, offset, offset + length),
    allocated: async () => [{ offset: 0, length: held.length }],
    flush: async () => {},
    close: async () => {},
  };
}

test('a copy whose worker died in the middle is taken back, goes on where it was, and restores the same bytes', async () => {
  const volume = await fullVolume();
  const backup = await backUp(volume, quiet);
  await claimOf(backup);
  // The dead worker had put three of the eight chunks.
  const dying = new AbortController();
  let puts = 0;
  const { put } = scoria.objects;
  scoria.objects.put = async (key, given) => {
    await put(key, given);
    puts += key.startsWith('chunks/') ? 1 : 0;
    if (puts === 3) dying.abort(new Error('killed'));
  };
  const plan = { id: backup, volumeId: volume, parentKey: null, signal: dying.signal };
  await assert.rejects(writeBackup(storeOf(scoria.objects), dataOf(bytes(1, 32 * mib)), plan), /killed/);
  assert.equal(scoria.objects.kept.has(manifestKey(volume, backup)), false);
  const before = puts;
  const shown = await later(`/v3/backups/${backup}`, statusIs('backup', 'available'));
  assert.equal(shown.body.backup.object_count, 8);
  assert.equal(puts, 8, `each chunk was put once (${before} before)`);
  assert.equal((await scoria.ask('GET', `/v3/volumes/${volume}`)).body.volume.status, 'available');
  const told = await scoria.ask('POST', `/v3/backups/${backup}/restore`, { body: { restore: {} } });
  const made = told.body.restore.volume_id;
  await later(`/v3/volumes/${made}`, statusIs('volume', 'available'));
  assert.deepEqual(memoryOf(made)?.store.read(made, 0, 32 * mib), bytes(1, 32 * mib));
  assert.deepEqual(await drift(scoria.database), []);
});

test('a restore whose worker died in the middle is done again, and nothing stays restoring', async () => {
  const volume = await fullVolume();
  const backup = await backUp(volume);
  await scoria.until(`/v3/backups/${backup}`, statusIs('backup', 'available'));
  const target = await scoria.makeVolume();
  const body = { restore: { volume_id: target.id } };
  assert.equal((await quiet.ask('POST', `/v3/backups/${backup}/restore`, { body })).status, 202);
  await claimOf(backup);
  assert.equal((await scoria.ask('GET', `/v3/volumes/${target.id}`)).body.volume.status, 'restoring-backup');
  await later(`/v3/volumes/${target.id}`, statusIs('volume', 'available'));
  assert.equal((await scoria.ask('GET', `/v3/backups/${backup}`)).body.backup.status, 'available');
  assert.deepEqual(memoryOf(target.id)?.store.read(target.id, 0, 32 * mib), bytes(1, 32 * mib));
});

test('a forced deletion gives up the copy that is under way: no chunk is left, and the volume is free', async () => {
  const volume = await fullVolume();
  memoryOf(volume)?.knobs.set('openData', volume, { kind: 'hang', done: false });
  const backup = await backUp(volume);
  await scoria.until(`/v3/volumes/${volume}`, statusIs('volume', 'backing-up'));
  const act = { as: 'admin', body: { 'os-force_delete': {} } };
  assert.equal((await scoria.ask('POST', `/v3/backups/${backup}/action`, act)).status, 202);
  await later(`/v3/backups/${backup}`, ({ status }) => status === 404);
  await later(`/v3/volumes/${volume}`, statusIs('volume', 'available'));
  assert.deepEqual([...scoria.objects.kept.keys()], []);
  assert.deepEqual(await drift(scoria.database), []);
});

test('a back end that hangs ends in an error with a reason at the deadline, and the volume is what it was', async () => {
  const volume = await fullVolume();
  memoryOf(volume)?.knobs.set('openData', volume, { kind: 'hang', done: false }, 100);
  const backup = await backUp(volume);
  for (let minute = 0; minute < 70; minute += 1) {
    await clock.advance(60_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const shown = await later(`/v3/backups/${backup}`, statusIs('backup', 'error'));
  assert.match(shown.body.backup.fail_reason, /deadline/);
  assert.equal((await scoria.ask('GET', `/v3/volumes/${volume}`)).body.volume.status, 'available');
  const messages = await scoria.ask('GET', `/v3/messages?resource_uuid=${backup}`, { version: '3.5' });
  assert.equal(messages.body.messages[0].event_id, 'VOLUME_VOLUME_BACKUP_013_101');
});

test('a store that is away for a while is tried again; one that is full ends in an error that says so', async () => {
  const volume = await fullVolume();
  const { put } = scoria.objects;
  let left = 2;
  scoria.objects.put = async (key, given) => {
    left -= 1;
    if (left >= 0) throw new ObjectsError('unavailable', 'The store of backups failed.');
    await put(key, given);
  };
  const backup = await backUp(volume);
  await later(`/v3/backups/${backup}`, statusIs('backup', 'available'));
  scoria.objects.put = async () => {
    throw new ObjectsError('no-space', 'The store of backups has no room left.');
  };
  const full = await backUp(volume);
  const shown = await later(`/v3/backups/${full}`, statusIs('backup', 'error'));
  assert.match(shown.body.backup.fail_reason, /no room/);
});

test('a volume that is deleted before its data came gives its backup free', async () => {
  const volume = await fullVolume();
  const backup = await backUp(volume);
  const path = `/v3/backups/${backup}`;
  await scoria.until(path, statusIs('backup', 'available'));
  const told = await quiet.ask('POST', `${path}/restore`, { body: { restore: {} } });
  assert.equal((await scoria.ask('GET', path)).body.backup.status, 'restoring');
  assert.equal((await quiet.ask('POST', `${path}/restore`, { body: { restore: {} } })).status, 400);
  assert.equal((await quiet.ask('DELETE', path)).status, 400);
  assert.equal((await quiet.ask('DELETE', `/v3/volumes/${told.body.restore.volume_id}`)).status, 202);
  assert.equal((await scoria.ask('GET', path)).body.backup.status, 'available');
  assert.deepEqual(await drift(scoria.database), []);
});

test('of deletions and incremental backups of one parent at once, never both', async () => {
  const volume = await fullVolume();
  for (let round = 0; round < 5; round += 1) {
    const parent = await backUp(volume);
    await scoria.until(`/v3/backups/${parent}`, statusIs('backup', 'available'));
    const [gone, child] = await Promise.all([
      scoria.ask('DELETE', `/v3/backups/${parent}`),
      scoria.ask('POST', '/v3/backups', { body: { backup: { volume_id: volume, incremental: true } } }),
    ]);
    assert.ok(!(gone.status === 202 && child.status === 202), 'both were accepted');
    const left = child.status === 202 ? [child.body.backup.id, parent] : gone.status === 202 ? [] : [parent];
    if (gone.status === 202) await scoria.until(`/v3/backups/${parent}`, ({ status }) => status === 404);
    for (const id of left) {
      await scoria.until(`/v3/backups/${id}`, statusIs('backup', 'available'));
      assert.equal((await scoria.ask('DELETE', `/v3/backups/${id}`)).status, 202);
      await scoria.until(`/v3/backups/${id}`, ({ status }) => status === 404);
    }
  }
  assert.deepEqual([...scoria.objects.kept.keys()], []);
  assert.deepEqual(await drift(scoria.database), []);
});

test('the plan is written before the first chunk and the manifest after the last', async () => {
  const objects = memoryObjects();
  const order: string[] = [];
  const noting: typeof objects = {
    ...objects,
    put: async (key, given) => {
      order.push(key.replace(/^chunks.*/, 'chunk'));
      await objects.put(key, given);
    },
  };
  const { signal } = new AbortController();
  const plan = { id: 'a', volumeId: 'v', parentKey: null, signal };
  await writeBackup(storeOf(noting), dataOf(bytes(3, 3 * chunkBytes)), plan);
  assert.deepEqual(order, ['manifests/v/a.plan', 'chunk', 'chunk', 'chunk', 'manifests/v/a.json']);
});

test('a worker that was given up and goes on after the removal leaves nothing, wherever it was', async () => {
  const { signal } = new AbortController();
  const key = manifestKey('v', 'a');
  for (const isAdopted of [false, true]) {
    // The removal comes by before the nth call of the store, and after the last.
    for (let at = 1; at <= 12; at += 1) {
      const objects = memoryObjects();
      const held = bytes(3, 4 * chunkBytes);
      const plan = { id: 'a', volumeId: 'v', parentKey: null, signal };
      if (isAdopted) {
        await writeBackup(storeOf(objects), dataOf(held), plan);
        await adoptBackup(objects, 'b', key);
      }
      let calls = 0;
      const passing = async () => {
        calls += 1;
        if (calls === at) await removeBackup(objects, 'a', key, signal);
      };
      const late: typeof objects = {
        ...objects,
        put: async (one, given) => {
          await passing();
          await objects.put(one, given);
        },
        get: async (one) => {
          await passing();
          return objects.get(one);
        },
      };
      await writeBackup(storeOf(late), dataOf(held), plan);
      if (calls < at) await removeBackup(objects, 'a', key, signal);
      // Before the plan is written nothing tells that the backup was removed: the next removal does it.
      if (at === 1) await removeBackup(objects, 'a', key, signal);
      if (isAdopted) {
        const restored = dataOf(new Uint8Array(held.length));
        await restoreBackup(storeOf(objects), manifestKey('v', 'b'), restored, signal);
        assert.deepEqual(await restored.read(0, held.length), held);
        await removeBackup(objects, 'b', manifestKey('v', 'b'), signal);
      }
      assert.deepEqual([...objects.kept.keys()], [], `at ${at}, adopted: ${isAdopted}`);
    }
  }
});

test('chunks go with the last backup that refers to them, in whatever order the backups go', async () => {
  const { signal } = new AbortController();
  const key = (id: string) => manifestKey('v', id);
  const orders = [
    ['a', 'b', 'c'],
    ['a', 'c', 'b'],
    ['b', 'a', 'c'],
    ['b', 'c', 'a'],
    ['c', 'a', 'b'],
    ['c', 'b', 'a'],
  ];
  for (const order of orders) {
    const objects = memoryObjects();
    const held = bytes(3, 4 * chunkBytes);
    await writeBackup(storeOf(objects), dataOf(held), { id: 'a', volumeId: 'v', parentKey: null, signal });
    held.fill(9, chunkBytes, chunkBytes + 10);
    await writeBackup(storeOf(objects), dataOf(held), { id: 'b', volumeId: 'v', parentKey: key('a'), signal });
    await adoptBackup(objects, 'c', key('b'));
    for (const [index, id] of order.entries()) {
      await removeBackup(objects, id, key(id), signal);
      for (const left of order.slice(index + 1)) {
        const restored = dataOf(new Uint8Array(held.length).fill(5));
        await restoreBackup(storeOf(objects), key(left), restored, signal);
        if (left !== 'a') assert.deepEqual(await restored.read(0, held.length), held);
      }
    }
    assert.deepEqual([...objects.kept.keys()], [], order.join());
  }
});

test('a removal that was cut short anywhere is finished by the next, and two at once leave nothing', async () => {
  const { signal } = new AbortController();
  const key = (id: string) => manifestKey('v', id);
  for (let cut = 1; cut < 12; cut += 1) {
    const objects = memoryObjects();
    await writeBackup(storeOf(objects), dataOf(bytes(3, 4 * chunkBytes)), {
      id: 'a',
      volumeId: 'v',
      parentKey: null,
      signal,
    });
    await adoptBackup(objects, 'b', key('a'));
    let calls = 0;
    const broken = {
      ...objects,
      delete: async (one: string) => {
        calls += 1;
        if (calls === cut) throw new ObjectsError('unavailable', 'The store of backups failed.');
        await objects.delete(one);
      },
    };
    await removeBackup(broken, 'a', key('a'), signal).catch(() => {});
    await removeBackup(broken, 'b', key('b'), signal).catch(() => {});
    await Promise.all(['a', 'b'].map((id) => removeBackup(objects, id, key(id), signal)));
    assert.deepEqual([...objects.kept.keys()], [], `cut at ${cut}`);
  }
});
