import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../harness/sources.ts';
import { newDriver } from './main.ts';

test('a new driver is a folder and a line, with names of its own, and no name is taken twice', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scoria-new-'));
  try {
    for (const path of ['_template', 'list.ts']) {
      cpSync(join(root, 'workers/drivers', path), join(folder, 'workers/drivers', path), { recursive: true });
    }
    const list = () => readFileSync(join(folder, 'workers/drivers/list.ts'), 'utf8');
    const before = list();
    await newDriver('my-array', folder);
    assert.match(
      list(),
      /'my-array': async \(\) => \(await import\('\.\/my-array\/index\.ts'\)\)\.myArrayDriver,\n\};\n$/,
    );
    const made = join(folder, 'workers/drivers/my-array');
    assert.deepEqual(readdirSync(made).sort(), readdirSync(join(root, 'workers/drivers/_template')).sort());
    assert.match(
      readFileSync(join(made, 'index.ts'), 'utf8'),
      /export const myArrayDriver = driver\(\{\n {2}name: 'my-array'/,
    );
    for (const file of readdirSync(made)) {
      assert.doesNotMatch(readFileSync(join(made, file), 'utf8'), /templateDriver|'template'/, file);
    }
    const after = list();
    for (const wrong of ['my-array', '_template', 'A', '../x', '', 'a b', 'list.ts']) {
      await assert.rejects(newDriver(wrong, folder), /cannot be the name|already/, wrong);
    }
    assert.equal(list(), after);
    assert.notEqual(after, before);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
