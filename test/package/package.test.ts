// What `npm pack` makes runs from an empty folder, under the Node that the machine has, and needs no network.
//
// The tarball is laid where npm lays it. Its dependencies are links to those installed here, and only to those that the
// package itself names: one that it forgot is missing. What npm does beyond that (fetching them) needs a registry:
// `npm install ./scoria-*.tgz`.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../harness/sources.ts';

const execute = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'scoria-package-'));
const place = join(folder, 'node_modules', 'scoria');
// As a person has it: no npm around it, nothing but what the folder has. The Node of the machine, not the one of this
// test.
const { PATH = '', HOME = '' } = process.env;
const path = PATH.split(':').filter((one) => !one.includes('node_modules'));
const env = {
  PATH: path.join(':'),
  HOME,
  npm_config_offline: 'true',
  npm_config_update_notifier: 'false',
  SCORIA_PORT: '0',
};
let files: string[] = [];

before(async () => {
  const { stdout } = await execute('npm', ['pack', '--json', '--silent', '--pack-destination', folder], { cwd: root });
  const packed = Object.values(JSON.parse(stdout.slice(stdout.search(/^[[{]/m))))[0] as {
    filename: string;
    files: { path: string }[];
  };
  files = packed.files.map((one) => one.path);
  mkdirSync(place, { recursive: true });
  await execute('tar', ['-xzf', join(folder, packed.filename), '-C', place, '--strip-components=1']);
  const manifest = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    const target = join(root, 'node_modules', name);
    // Those of other platforms are not installed.
    if (!existsSync(target)) continue;
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
    symlinkSync(target, join(folder, 'node_modules', name));
  }
  mkdirSync(join(folder, 'node_modules', '.bin'));
  symlinkSync(`../scoria/${manifest.bin.scoria}`, join(folder, 'node_modules', '.bin', 'scoria'));
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('the package has JavaScript, migrations and what is to be read, and neither TypeScript nor tests', () => {
  for (const one of ['bin/scoria', 'bin/run.mjs', 'dist/bin/scoria.js', 'README.md', 'LICENSE', 'docs/settings.md'])
    assert.ok(files.includes(one), one);
  assert.ok(files.some((one) => /^dist\/schema\/migrations\/0001-.*\.sql$/.test(one)));
  assert.deepEqual(
    files.filter((one) => /\.tsx?$|(^|\/)test\/|\.test\.|^\.|\.tgz$|(^|\/)clouds\.yaml$/.test(one)),
    [],
  );
});

test('no file of the package names a file of TypeScript that it would load', () => {
  const named = files
    .filter((one) => one.startsWith('dist/') && one.endsWith('.js'))
    .filter((one) =>
      /(from|import|import\(|URL\()\s*["'][^"'\n]*\.ts["']/.test(readFileSync(join(place, one), 'utf8')),
    );
  assert.deepEqual(named, []);
});

test('npx scoria start serves from an empty folder, and npx scoria demo takes a volume through its life', async () => {
  const words = ['--offline', '--no-install', 'scoria'];
  const service = spawn('npx', [...words, 'start'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(service, 'exit');
  let said = '';
  try {
    const up = new Promise<void>((resolve, reject) => {
      const heard = (data: Buffer) => {
        said += data;
        if (said.includes('Ctrl-C stops it')) resolve();
      };
      service.stdout.on('data', heard);
      service.stderr.on('data', heard);
      void ended.then(([code]) => reject(new Error(`it ended with ${code}: ${said}`)));
    });
    await up;
    assert.match(said, /npx scoria demo/);
    const { stdout } = await execute('npx', [...words, 'demo'], { cwd: folder, env });
    assert.match(stdout, /available/);
    assert.ok(existsSync(join(folder, 'clouds.yaml')));
  } finally {
    service.kill('SIGTERM');
    await ended;
  }
});

test('npx scoria --version is the version of the package', async () => {
  const { stdout } = await execute('npx', ['--offline', '--no-install', 'scoria', '--version'], { cwd: folder, env });
  assert.equal(stdout.trim(), JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);
});
