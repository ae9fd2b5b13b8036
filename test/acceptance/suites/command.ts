// The command line itself: verbs, flags, exit codes.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root, scoria, spawned, temporaryFolder, within } from '../service.ts';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

test('--version says the version, also from another folder and through npm’s Node', async () => {
  const folder = temporaryFolder();
  assert.equal((await scoria(['--version'], folder)).stdout, `${manifest.version}\n`);
  const wrapped = await within(spawned(join(root, 'bin/scoria'), ['--version'], folder).ended, 'bin/scoria');
  assert.deepEqual([wrapped.code, wrapped.stdout], [0, `${manifest.version}\n`]);
});

test('--help names every verb, variable and exit code, and each verb has help of its own', async () => {
  const folder = temporaryFolder();
  const { code, stdout } = await scoria(['--help'], folder);
  assert.equal(code, 0);
  for (const word of ['start', 'doctor', 'migrate', 'rotate-keys', 'SCORIA_PORT', 'DATABASE_URL', 'exit codes']) {
    assert.ok(stdout.includes(word), word);
  }
  for (const verb of ['start', 'doctor', 'migrate', 'rotate-keys']) {
    assert.match((await scoria([verb, '--help'], folder)).stdout, new RegExp(`^usage: scoria ${verb}`));
  }
  assert.deepEqual(readdirSync(folder), []);
});

test('a wrong command line ends with code 2, says what is wrong, and makes nothing', async () => {
  const folder = temporaryFolder();
  const wrong: readonly (readonly [readonly string[], Record<string, string>, RegExp])[] = [
    [['fly'], {}, /there is no verb fly/],
    [['start', '--quickly'], {}, /start does not take --quickly/],
    [['start', 'now'], {}, /start does not take now/],
    [['start'], { SCORIA_PORT: 'http' }, /SCORIA_PORT must be a whole number from 0 to 65535, not "http"/],
    [['start'], { SCORIA_PORT: '65536' }, /SCORIA_PORT/],
    [['start'], { DATABASE_URL: 'mysql://x' }, /DATABASE_URL must begin with postgres/],
    [['start'], { SCORIA_BACKENDS: 'a,a' }, /SCORIA_BACKENDS/],
    [['start'], { SCORIA_ADMIN_PASSWORD: 'short' }, /SCORIA_ADMIN_PASSWORD must have at least 8/],
  ];
  for (const [args, env, message] of wrong) {
    const { code, stderr, stdout } = await scoria(args, folder, env);
    assert.equal(code, 2, `${args} ${JSON.stringify(env)}: ${stderr}`);
    assert.match(stderr, message);
    assert.equal(stdout, '');
  }
  assert.equal((await scoria([], folder)).code, 2);
  assert.deepEqual(readdirSync(folder), []);
});

test('doctor says what is fine and what to mend, changes nothing, and says it as JSON too', async () => {
  const folder = temporaryFolder();
  const fine = await scoria(['doctor'], folder, { SCORIA_PORT: '0' });
  assert.equal(fine.code, 0, fine.stdout);
  assert.equal(fine.stdout.trimEnd().split('\n').length, 6);
  const ill = await scoria(['doctor', '--json'], folder, {
    SCORIA_PORT: '0',
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
  });
  assert.equal(ill.code, 3);
  const { checks } = JSON.parse(ill.stdout);
  assert.deepEqual(
    checks.filter((one: { isFine: boolean }) => !one.isFine).map((one: { name: string }) => one.name),
    ['database'],
  );
  assert.deepEqual(readdirSync(folder), []);
});

test('migrate brings an empty folder to the newest schema, once', async () => {
  const folder = temporaryFolder();
  const first = await scoria(['migrate', '--json'], folder);
  assert.equal(first.code, 0, first.stderr);
  assert.ok(JSON.parse(first.stdout).applied.length > 0);
  const second = await scoria(['migrate'], folder);
  assert.deepEqual([second.code, second.stdout], [0, 'Nothing to do.\n']);
});

test('there are colours on a terminal only, and none with NO_COLOR', async () => {
  const folder = temporaryFolder();
  const shown = async (env: Record<string, string>) => {
    const line = `${process.execPath} ${join(root, 'bin/scoria.ts')} doctor`;
    // `script` gives the command a terminal. The database that is not there makes doctor print something in bold.
    const ran = spawned('/usr/bin/script', ['-qec', line, '/dev/null'], folder, {
      TERM: 'xterm',
      SCORIA_PORT: '0',
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      ...env,
    });
    return (await within(ran.ended, 'script')).stdout;
  };
  assert.ok((await shown({})).includes('\u001b[1mMEND'));
  assert.ok(!(await shown({ NO_COLOR: '1' })).includes('\u001b'));
});
