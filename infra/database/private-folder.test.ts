import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pgliteDatabase } from './pglite.ts';
import { claimFolder, makePrivate, NotPrivateError } from './private-folder.ts';
import { databaseTemplate } from './template.ts';

const root = mkdtempSync(join(tmpdir(), 'scoria-private-'));
// For the test that is somebody else for a moment.
chmodSync(root, 0o777);
after(() => rmSync(root, { recursive: true, force: true }));

const modeOf = (path: string) => lstatSync(path).mode & 0o777;

/** Everything in a folder that somebody else may do something with. */
function openIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const found = lstatSync(join(folder, name));
    return !found.isSymbolicLink() && (found.mode & 0o077) !== 0;
  });
}

function openFolder(name: string): string {
  const folder = join(root, name);
  mkdirSync(join(folder, 'database', 'base'), { recursive: true });
  mkdirSync(join(folder, 'volumes', 'file'), { recursive: true });
  for (const path of ['database/PG_VERSION', 'database/base/1', 'volumes/file/v', 'passwords.json']) {
    writeFileSync(join(folder, path), 'x');
    chmodSync(join(folder, path), 0o666);
  }
  for (const path of ['', 'database', 'database/base', 'volumes', 'volumes/file']) chmodSync(join(folder, path), 0o755);
  return folder;
}

test('a folder that is there already is closed to others with all that is in it', () => {
  const folder = openFolder('open');
  claimFolder(folder);
  makePrivate(folder, ['volumes']);
  assert.equal(modeOf(folder), 0o700);
  assert.deepEqual(openIn(folder), []);
  assert.equal(modeOf(join(folder, 'database')), 0o700);
  assert.equal(modeOf(join(folder, 'passwords.json')), 0o600);
});

test('in a folder that was closed, everything but what is large is closed all the same', () => {
  const folder = openFolder('closed');
  chmodSync(folder, 0o700);
  makePrivate(folder, ['volumes']);
  assert.deepEqual(openIn(folder).sort(), ['volumes', 'volumes/file', 'volumes/file/v']);
});

test('links in the folder are not followed', () => {
  const folder = openFolder('linked');
  const theirs = join(root, 'theirs');
  writeFileSync(theirs, 'x');
  chmodSync(theirs, 0o644);
  symlinkSync(theirs, join(folder, 'link'));
  symlinkSync(root, join(folder, 'around'));
  makePrivate(folder);
  assert.equal(modeOf(theirs), 0o644);
});

test("somebody else's folder is refused with what to do, and left as it is", { skip: process.getuid?.() !== 0 }, () => {
  const folder = openFolder('foreign');
  process.seteuid?.(65_534);
  const uid = process.getuid;
  process.getuid = () => 65_534;
  try {
    assert.throws(
      () => claimFolder(folder),
      (error) => error instanceof NotPrivateError && /chown/.test(error.message),
    );
    assert.throws(
      () => makePrivate(folder),
      (error) => error instanceof NotPrivateError && /chmod/.test(error.message),
    );
  } finally {
    if (uid) process.getuid = uid;
    process.seteuid?.(0);
  }
  assert.equal(statSync(folder).mode & 0o777, 0o755);
});

test('what the embedded database writes is closed to others, whatever the template was made with', async () => {
  const before = process.umask(0o022);
  const template = await databaseTemplate([{ id: '0000-open', text: 'create table t (n int)' }], join(root, 'cache'));
  process.umask(0o077);
  try {
    for (const [name, options] of [
      ['copied', { template }],
      ['made', {}],
    ] as const) {
      const directory = join(root, name, 'database');
      mkdirSync(join(root, name));
      const database = await pgliteDatabase({ directory, ...options });
      await database
        .script('create table more (n int); insert into more select generate_series(1, 1000); checkpoint;')
        .catch(() => {});
      await database.close();
      assert.ok(existsSync(directory));
      assert.deepEqual(openIn(join(root, name)), [], name);
    }
  } finally {
    process.umask(before);
  }
});
