import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { writeClouds } from './clouds.ts';

const root = mkdtempSync(join(tmpdir(), 'scoria-clouds-'));
after(() => rmSync(root, { recursive: true, force: true }));

const mark =
  '# Written by scoria start, which writes it again at each start. Remove this line to keep your own changes.\n';
const write = (folder: string) => writeClouds(folder, 'http://here', 'R', { demo: 'hidden-word' });

/** A folder, with a clouds.yaml in it if there is a text for it. */
function folderWith(name: string, text?: string): { folder: string; path: string } {
  const folder = join(root, name);
  mkdirSync(folder);
  const path = join(folder, 'clouds.yaml');
  if (text !== undefined) writeFileSync(path, text, { mode: 0o600 });
  return { folder, path };
}

function assertLeftAlone(folder: string, why: RegExp): void {
  const told = write(folder);
  assert.ok(told.path === null && why.test(told.why), JSON.stringify(told));
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  assert.deepEqual(
    names.filter((name) => name.startsWith('.')),
    [],
    'no draft is left',
  );
}

test('clouds.yaml is a file that only its owner can read, also over an older one of ours', () => {
  const { folder, path } = folderWith('new');
  for (const mode of [0o600, 0o644]) {
    assert.deepEqual(write(folder), { path });
    assert.equal(lstatSync(path).mode & 0o777, 0o600);
    assert.match(readFileSync(path, 'utf8'), /password: "hidden-word"/);
    chmodSync(path, mode);
  }
  assert.deepEqual(write(folder), { path });
  assert.deepEqual(readdirSync(folder), ['clouds.yaml']);
});

test('who has the old file open, or another name of it, does not get the new passwords', () => {
  const { folder, path } = folderWith('opened', mark);
  const opened = openSync(path, 'r');
  linkSync(path, join(folder, 'other-name'));
  assert.deepEqual(write(folder), { path });
  const bytes = Buffer.alloc(10_000);
  assert.equal(readSync(opened, bytes, 0, bytes.length, 0), mark.length);
  assert.equal(readFileSync(join(folder, 'other-name'), 'utf8'), mark);
});

test('a file without our mark is left alone', () => {
  const { folder, path } = folderWith('theirs', 'clouds: {}\n');
  assertLeftAlone(folder, /not written by scoria/);
  assert.equal(readFileSync(path, 'utf8'), 'clouds: {}\n');
});

test('our mark in a file of somebody else, or one that others may write into, does not make it ours', () => {
  const shared = folderWith('shared', mark);
  chmodSync(shared.path, 0o666);
  assertLeftAlone(shared.folder, /others may write/);
  assert.equal(readFileSync(shared.path, 'utf8'), mark);
  if (process.getuid?.() !== 0) return;
  const foreign = folderWith('foreign', mark);
  chownSync(foreign.path, 65_534, 65_534);
  assertLeftAlone(foreign.folder, /another user \(65534\)/);
  assert.equal(readFileSync(foreign.path, 'utf8'), mark);
});

test('links are not followed, whether to a file, to nothing or to a folder', () => {
  for (const [name, target] of [
    ['to-a-file', join(root, 'target')],
    ['to-nothing', join(root, 'nothing')],
    ['to-a-folder', root],
  ] as const) {
    writeFileSync(join(root, 'target'), mark);
    const { folder, path } = folderWith(name);
    symlinkSync(target, path);
    assertLeftAlone(folder, /link/);
    assert.equal(readFileSync(join(root, 'target'), 'utf8'), mark);
    assert.ok(lstatSync(path).isSymbolicLink());
  }
  assert.ok(!readdirSync(root).includes('nothing'));
});

test('what is no file is left alone, and a folder that cannot be written in does not stop the start', () => {
  const { folder, path } = folderWith('folder-there');
  mkdirSync(path);
  assertLeftAlone(folder, /no file/);
  const told = write(join(root, 'absent'));
  assert.ok(told.path === null && /cannot be written/.test(told.why));
});
