import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSettings } from '../settings.ts';
import { readBackends } from './environment.ts';
import { BackendsFileError, readBackendsFile } from './file.ts';
import { resolveBackend } from './resolve.ts';

const whole = `
backends:
  - name: fast
    driver: file
    zone: az1
    cluster: east
    max_over_subscription_ratio: 3
    reserved_percentage: 5
    capabilities: { tier: gold }
    pools:
      - name: ssd
        reserved_percentage: 10
    qos: { total_iops_sec: 500 }
    options:
      directory: /srv/fast
      durable: false
  - { name: trial, driver: memory, pools: [ "a", "b" ], options: { pools: { env: TRIAL_POOLS } } }
`;

test('a back end is read with everything that can be said of it', () => {
  const [fast, trial] = readBackendsFile(whole);
  assert.deepEqual(fast, {
    name: 'fast',
    driver: 'file',
    zone: 'az1',
    cluster: 'east',
    maxOverSubscriptionRatio: 3,
    reservedPercentage: 5,
    capabilities: { tier: 'gold' },
    poolNames: ['ssd'],
    pools: { ssd: { reservedPercentage: 10 } },
    qos: { total_iops_sec: '500' },
    options: {
      directory: { value: '/srv/fast', variable: null, line: 15 },
      durable: { value: 'false', variable: null, line: 16 },
    },
    line: 3,
  });
  assert.deepEqual(trial?.options, { pools: { value: null, variable: 'TRIAL_POOLS', line: 17 } });
});

test('every mistake is told at once, each with its line', () => {
  const text = `backends:
  - name: fast fast
    drvier: file
    reserved_percentage: 200
    qos: { iops: 5, total_iops_sec: -1 }
    pools: ssd
    options: { a: { from: x }, b: [ [ 1 ] ] }
  - name: b
    driver: file
  - name: b
    driver: file
`;
  assert.throws(
    () => readBackendsFile(text),
    (error: unknown) => {
      assert.ok(error instanceof BackendsFileError);
      const said = error.message.split('\n');
      for (const [line, words] of [
        [2, /"driver" is missing/],
        [2, /"name" must be letters/],
        [3, /no "drvier"; it may have name, driver, zone/],
        [4, /from 0 to 100/],
        [5, /"qos" has no iops/],
        [5, /total_iops_sec must be a whole number above 0/],
        [6, /"pools" must be a list/],
        [7, /the option a has no "from"/],
        [7, /the option b must be a value/],
        [10, /the back end b stands on line 8 already/],
      ] as const) {
        assert.ok(
          said.some((one) => one.startsWith(`line ${line}: `) && words.test(one)),
          `line ${line} ${words}: ${error.message}`,
        );
      }
      return true;
    },
  );
  for (const broken of [
    '',
    'backends: []',
    'backends: 3',
    '- a',
    'backends: [',
    'a: 1',
    'backends:\n  - x: 1\n  x: 2',
  ]) {
    assert.throws(() => readBackendsFile(broken), BackendsFileError, broken);
  }
});

test('options are held against the driver: unknown ones, missing ones, variables that are not set', async () => {
  const entry = (yaml: string) => readBackendsFile(`backends:\n  - ${yaml}\n`)[0] ?? assert.fail();
  const resolve = (yaml: string, env = {}) => resolveBackend(entry(yaml), '/data', env);
  await assert.rejects(resolve('{ name: a, driver: nope }'), /line 2: There is no driver nope\. There are: .*file/);
  await assert.rejects(resolve('{ name: a, driver: constructor }'), /There is no driver constructor/);
  await assert.rejects(resolve('{ name: a, driver: file, options: { dir: /x } }'), /no option dir\. It has directory/);
  await assert.rejects(resolve('{ name: a, driver: file, pools: [ x, y ] }'), /has one pool/);
  await assert.rejects(
    resolve('{ name: a, driver: file, options: { directory: { env: NO } } }'),
    /the variable NO is not/,
  );
  const made = await resolve('{ name: a, driver: file, pools: [ x ], options: { durable: { env: D } } }', {
    D: 'false',
  });
  assert.deepEqual(made.settings.options, { durable: 'false', pool: 'x', directory: '/data/volumes/a' });
});

test('without a file SCORIA_BACKENDS says it: a driver of that name, name=driver, or file; never one that is not there', () => {
  const read = (SCORIA_BACKENDS?: string) =>
    readSettings({ env: { SCORIA_BACKENDS }, folder: '/nowhere' }).backends.map(
      ({ name, driver }) => `${name}:${driver}`,
    );
  assert.deepEqual(read(), ['file:file']);
  assert.deepEqual(read('one, two'), ['one:file', 'two:file']);
  assert.deepEqual(read('memory,fast=memory'), ['memory:memory', 'fast:memory']);
  assert.throws(() => read('fast=nope'), /SCORIA_BACKENDS names the driver nope\. There are: .*\bfile\b/);
  for (const wrong of ['a,a', 'a b', '', 'a,', 'a@b'].filter((one) => one !== '')) {
    assert.throws(() => read(wrong), /SCORIA_BACKENDS must be different names/, wrong);
  }
});

test('with a file SCORIA_BACKENDS picks from it, and a file that is named must be there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scoria-config-'));
  try {
    writeFileSync(join(folder, 'scoria.yaml'), whole);
    const read = (env: Record<string, string>) => readBackends({ env, folder }).map(({ name }) => name);
    assert.deepEqual(read({}), ['fast', 'trial']);
    assert.deepEqual(read({ SCORIA_BACKENDS: 'trial' }), ['trial']);
    assert.throws(() => read({ SCORIA_BACKENDS: 'other' }), /has no such back end; it has fast, trial/);
    assert.throws(() => read({ SCORIA_CONFIG: 'gone.yaml' }), /gone\.yaml cannot be read/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
