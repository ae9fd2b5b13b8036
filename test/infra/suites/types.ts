// The types of the infrastructure are checked against SST's own.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { root } from '../../harness/sources.ts';

const compiler = join(root, 'node_modules/typescript/bin/tsc');
const spoiled = join(root, 'infra/stage/spoiled.stack.ts');
const config = join(root, 'infra/tsconfig.spoiled.json');
after(() => {
  for (const path of [spoiled, config]) rmSync(path, { force: true });
});

const check = (project: string) =>
  spawnSync(process.execPath, [compiler, '--project', project, '--pretty', 'false'], { cwd: root, encoding: 'utf8' });

test('sst.config.ts and every stack have the types of SST, and each planted mistake is one', () => {
  const { stdout, status } = check('infra/tsconfig.json');
  assert.equal(stdout, '');
  assert.equal(status, 0);
});

test('a mistake in a stack that nobody expected fails the check', () => {
  copyFileSync(join(root, 'infra/queue/stack.ts'), spoiled);
  const text = readFileSync(spoiled, 'utf8').replace("'./names.ts'", "'../queue/names.ts'");
  writeFileSync(spoiled, text.replace('visibilityTimeout: ', 'visibility: '));
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'infra/tsconfig.json'), 'utf8'));
  writeFileSync(config, JSON.stringify({ compilerOptions, include: ['../sst.config.ts', 'stage/spoiled.stack.ts'] }));
  const { stdout, status } = check(config);
  assert.match(stdout, /spoiled\.stack\.ts.*'visibility' does not exist/);
  assert.notEqual(status, 0);
});
