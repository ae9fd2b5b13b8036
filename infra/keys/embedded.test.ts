import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySecrets } from '../secrets/memory.ts';
import { embeddedKeys } from './embedded.ts';
import { KeysError } from './port.ts';

const [one, two] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];

test('a key is random, of the size asked for, and opens under its own id only', async () => {
  const keys = embeddedKeys(memorySecrets());
  const [first, second] = [await keys.make(32, one), await keys.make(32, one)];
  assert.deepEqual(await keys.open(first, one), await keys.open(first, one));
  assert.notDeepEqual(await keys.open(first, one), await keys.open(second, one));
  assert.equal((await keys.open(await keys.make(64, two), two)).length, 64);
  for (const [by, id] of [
    [keys, two],
    [embeddedKeys(memorySecrets()), one],
  ] as const) {
    await assert.rejects(by.open(first, id), (error) => error instanceof KeysError && error.failure === 'damaged');
  }
});

test('what is kept does not hold the bytes in any writing', async () => {
  const keys = embeddedKeys(memorySecrets());
  const material = await keys.make(32, one);
  const bytes = Buffer.from(await keys.open(material, one));
  for (const encoding of ['hex', 'base64', 'base64url'] as const) {
    assert.equal(material.includes(bytes.toString(encoding)), false);
  }
});
