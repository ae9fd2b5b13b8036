import assert from 'node:assert/strict';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Holes, openHoles } from './holes.ts';

const mib = 2 ** 20;
const gib = 2 ** 30;
let folder: string;
let file: FileHandle;
let holes: Holes | null;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoria-holes-'));
  file = await open(join(folder, 'sparse'), 'wx+');
  await file.truncate(100 * gib);
  holes = await openHoles();
});
after(async () => {
  await file.close();
  await rm(folder, { recursive: true });
});

const ranges = async () => (await holes?.ranges(file, 100 * gib)) ?? [];
const data = (at: number, length: number) => file.write(new Uint8Array(length).fill(1), 0, length, at);
const isLinux = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
const skip = isLinux ? false : 'holes are found on Linux with 64 bits only';

test('of 100 GiB with a few bytes only these are named, in steps of 1 MiB', { skip }, async () => {
  assert.deepEqual(await ranges(), [], 'a new file is one hole');
  await data(3 * gib + 7, 10);
  await data(50 * gib - 1, 2);
  await data(100 * gib - 1, 1);
  assert.deepEqual(await ranges(), [
    { offset: 3 * gib, length: mib },
    { offset: 50 * gib - mib, length: 2 * mib },
    { offset: 100 * gib - mib, length: mib },
  ]);
});

test('scattered data is one range and costs a look for each MiB, not for each block', { skip }, async () => {
  for (let at = 0; at < 64; at += 1) await data(gib + at * 16384, 4096);
  assert.deepEqual((await ranges())[0], { offset: gib, length: mib });
});

test('a hole gives its room back, and a range that is a hole already stays one', { skip }, async () => {
  await data(10 * gib, 8 * mib);
  await file.sync();
  const before = (await file.stat()).blocks;
  assert.equal(await holes?.punch(file, 10 * gib, 8 * mib), true);
  assert.equal(await holes?.punch(file, 20 * gib, 60 * gib), true);
  assert.ok((await file.stat()).blocks <= before - (8 * mib) / 512);
  assert.equal((await file.stat()).size, 100 * gib);
  assert.ok((await ranges()).every(({ offset }) => offset < 10 * gib || offset >= 20 * gib));
});

test('an error of the system is an error and never a hole', { skip }, async () => {
  const closed = await open(join(folder, 'closed'), 'w+');
  await closed.truncate(mib);
  await closed.close();
  await assert.rejects(async () => holes?.ranges(closed, mib), /errno/);
});
