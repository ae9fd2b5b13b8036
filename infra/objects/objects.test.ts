import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { directoryObjects } from './directory.ts';
import { memoryObjects } from './memory.ts';
import { listed, objectsContract } from './objects.contract.ts';

const folder = await mkdtemp(join(tmpdir(), 'scoria-objects-'));
const bytes = (text: string) => new TextEncoder().encode(text);

objectsContract('memory', memoryObjects);
objectsContract('directory', () => directoryObjects(join(folder, 'store')));

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
