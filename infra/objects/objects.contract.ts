import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isObjectKey, type Objects, ObjectsError } from './port.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (value: Uint8Array | null) => (value === null ? null : new TextDecoder().decode(value));

export async function listed(objects: Objects, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of objects.list(prefix)) keys.push(key);
  return keys.sort();
}

const hostile = [
  '',
  '/',
  '/a',
  'a/',
  'a//b',
  '..',
  'a/../b',
  './a',
  '.tmp-1',
  'a/.hidden',
  'a\u0000b',
  'a\\b',
  'ä',
  'a'.repeat(201),
  `${'a/'.repeat(256)}b`,
];

/** So many at once, as workers do. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const run = async () => {
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) await work(next);
  };
  await Promise.all(Array.from({ length: 16 }, run));
}

const isRefused = (error: unknown) => error instanceof ObjectsError && error.failure === 'refused';

/**
 * What every adapter guarantees. `open` opens the same store each time; 20 MiB are the manifest of 1 TiB, and less is
 * for an emulator that takes less.
 */
export function objectsContract(name: string, open: () => Objects, largeMiB = 20): void {
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

    test('another that opens the same store finds what was put, until it is deleted', async () => {
      if (name === 'memory') return;
      await open().put('again/one', bytes('kept'));
      assert.equal(textOf(await open().get('again/one')), 'kept');
      await open().delete('again/one');
      assert.deepEqual(await listed(open(), 'again'), []);
    });

    test('a list has whole segments of a prefix, and an absent prefix has nothing', async () => {
      const objects = open();
      const keys = ['c/1/x', 'c/1/y/z', 'c/10/x', 'd/1'];
      for (const key of keys) await objects.put(key, bytes(key));
      assert.deepEqual(await listed(objects, 'c/1'), ['c/1/x', 'c/1/y/z']);
      assert.deepEqual(await listed(objects, 'c'), ['c/1/x', 'c/1/y/z', 'c/10/x']);
      assert.deepEqual(await listed(objects, 'e'), []);
      assert.deepEqual(await listed(objects, 'd/1'), []);
      for (const key of keys) await objects.delete(key);
    });

    test('a list of more than any page has each object once', async () => {
      const objects = open();
      const keys = Array.from({ length: 1_050 }, (_, n) => `many/${n % 7}/${n}`).sort();
      await each(keys, (key) => objects.put(key, bytes(key)));
      assert.deepEqual(await listed(objects, 'many'), keys);
      assert.equal((await listed(objects, 'many/3')).length, 150);
      await each(keys, (key) => objects.delete(key));
      assert.deepEqual(await listed(objects, 'many'), []);
    });

    test('a large object and one with the longest name come back as they were', async () => {
      const objects = open();
      const large = new Uint8Array(largeMiB * 1024 * 1024).map((_, at) => (at * 7 + (at >> 13)) % 251);
      await objects.put('large/one', large);
      assert.ok(Buffer.from((await objects.get('large/one')) ?? []).equals(large));
      const longest = `l/${'x'.repeat(200)}/${'y'.repeat(200)}/${'z'.repeat(108)}`;
      assert.equal(longest.length, 512);
      await objects.put(longest, bytes('long'));
      assert.equal(textOf(await objects.get(longest)), 'long');
      assert.deepEqual(await listed(objects, 'l'), [longest]);
      for (const key of ['large/one', longest]) await objects.delete(key);
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
          await assert.rejects(work, isRefused, key);
        }
      }
    });

    test('ten puts of one object at once leave one of them, whole', async () => {
      const objects = open();
      const all = Array.from({ length: 10 }, (_, n) => new Uint8Array(200_000).fill(n + 1));
      await Promise.all(all.map((one) => objects.put('ten/one', one)));
      const kept = await objects.get('ten/one');
      assert.ok(all.some((one) => Buffer.from(one).equals(Buffer.from(kept ?? []))));
      await objects.delete('ten/one');
    });
  });
}
