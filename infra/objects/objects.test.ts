import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { directoryObjects } from './directory.ts';
import { memoryObjects } from './memory.ts';
import { isObjectKey, type Objects, ObjectsError } from './port.ts';

const folder = await mkdtemp(join(tmpdir(), 'scoria-objects-'));
const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (value: Uint8Array | null) => (value === null ? null : new TextDecoder().decode(value));

async function listed(objects: Objects, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of objects.list(prefix)) keys.push(key);
  return keys.sort();
}

const hostile = ['', '/', '/a', 'a/', 'a//b', '..', 'a/../b', './a', '.tmp-1', 'a/.hidden', 'a\u0000b', 'a\\b', 'ä'];

const adapters: Readonly<Record<string, () => Objects>> = {
  memory: memoryObjects,
  directory: () => directoryObjects(join(folder, 'store')),
};

for (const [name, open] of Object.entries(adapters)) {
  describe(`objects: ${name}`, () => {
    test('what was put is got, put again replaces it, and what was deleted is not there', async () => {
      const objects = open();
      assert.equal(await objects.get('a/b'), null);
      await objects.put('a/b', bytes('one'));
      assert.equal(textOf(await objects.get('a/b')), 'one');
      await objects.put('a/b', bytes('two'));
      assert.equal(textOf(await objects.get('a/b')), 'two');
      await objects.put('a/empty', new Uint8Array());
      assert.equal((await objects.get('a/empty'))?.length, 0);
      for (const key of ['a/b', 'a/b', 'a/empty', 'never/was', 'a/b/c']) await objects.delete(key);
      assert.equal(await objects.get('a/b'), null);
      assert.deepEqual(await listed(objects, 'a'), []);
    });

    test('a list has whole segments of a prefix, and an absent prefix has nothing', async () => {
      const objects = open();
      for (const key of ['c/1/x', 'c/1/y/z', 'c/10/x', 'd/1']) await objects.put(key, bytes(key));
      assert.deepEqual(await listed(objects, 'c/1'), ['c/1/x', 'c/1/y/z']);
      assert.deepEqual(await listed(objects, 'c'), ['c/1/x', 'c/1/y/z', 'c/10/x']);
      assert.deepEqual(await listed(objects, 'e'), []);
      assert.deepEqual(await listed(objects, 'd/1'), []);
    });

    test('a key that could leave the store is refused everywhere', async () => {
      const objects = open();
      for (const key of hostile) {
        assert.equal(isObjectKey(key), false, key);
        for (const work of [
          objects.put(key, bytes('x')),
          objects.get(key),
          objects.delete(key),
          (async () => listed(objects, key))(),
        ]) {
          await assert.rejects(work, (error) => error instanceof ObjectsError && error.failure === 'refused', key);
        }
      }
    });

    test('ten puts of one object at once leave one of them, whole', async () => {
      const objects = open();
      const all = Array.from({ length: 10 }, (_, n) => new Uint8Array(200_000).fill(n + 1));
      await Promise.all(all.map((one) => objects.put('many/one', one)));
      const kept = await objects.get('many/one');
      assert.ok(all.some((one) => Buffer.from(one).equals(Buffer.from(kept ?? []))));
    });
  });
}

test('what a dead process was writing is no object, and goes when somebody looks; empty folders go with their objects', async (t) => {
  t.after(() => rm(folder, { recursive: true }));
  const objects = directoryObjects(join(folder, 'store'));
  await objects.put('chunks/one/aa', bytes('whole'));
  await writeFile(join(folder, 'store/chunks/one/.tmp-0-1'), 'half');
  assert.deepEqual(await listed(objects, 'chunks'), ['chunks/one/aa']);
  await objects.delete('chunks/one/aa');
  assert.equal((await readdir(join(folder, 'store'))).includes('chunks'), false);
});

test('a store that cannot be written says where to look, and what is not there yet is empty', async (t) => {
  const file = join(await mkdtemp(join(tmpdir(), 'scoria-objects-')), 'file');
  t.after(() => rm(join(file, '..'), { recursive: true }));
  await writeFile(file, 'no folder');
  const objects = directoryObjects(join(file, 'store'));
  assert.equal(await objects.get('a'), null);
  assert.deepEqual(await listed(objects, 'a'), []);
  await assert.rejects(objects.put('a', bytes('x')), /The store of backups failed\. Look at .*file.store \(ENOTDIR\)/);
});
