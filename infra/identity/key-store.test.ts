import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { systemIds } from '../ids/system.ts';
import { fileKeyStore } from './key-store.ts';
import { signingKeys } from './signing-keys.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoria-keys-'));
});
after(() => rm(folder, { recursive: true }));

describe('the file of signing keys', () => {
  it('can be read by its owner only, and leaves no drafts behind', async () => {
    const path = join(folder, 'data', 'keys.json');
    const store = fileKeyStore(path);
    assert.equal(await store.load(), null);
    await store.save('one', true);
    await store.save('two', true);
    assert.equal(await store.load(), 'one');
    await store.save('three');
    assert.equal(await store.load(), 'three');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(join(folder, 'data')), ['keys.json']);
  });

  it('gives processes that start together the same key', async () => {
    const path = join(folder, 'together.json');
    const clock = { now: () => 0 };
    const open = () => signingKeys({ store: fileKeyStore(path), clock, ids: systemIds() });
    const keys = await Promise.all([open(), open(), open(), open()].map((one) => one.newest()));
    assert.equal(new Set(keys.map((key) => key.kid)).size, 1);
  });
});
