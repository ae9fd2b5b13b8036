// Runs a script of this project under Node 24, installing what the lockfile names first.
//
//   node bin/run.mjs [--dev] SCRIPT [ARGUMENT ...]
//   node bin/run.mjs --find      prints where Node 24 is, for bin/scoria, which then becomes it
//
// Plain JavaScript on purpose: it must work on any Node from 20 on, before anything is installed.
// Installs again only when the lockfile has changed; `--dev` also installs what only the tests need.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [first, ...rest] = process.argv.slice(2);
const needsDev = first === '--dev';
const command = needsDev ? rest : [first, ...rest];

function stop(what) {
  process.stderr.write(`scoria: ${what}\n`);
  process.exit(1);
}

function install() {
  // The npm package has no lockfile: npm has installed what it needs.
  if (!existsSync(join(root, 'package-lock.json'))) return;
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.scoria-installed');
  const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8').split(' ') : [];
  if (installed[0] === lock && (!needsDev || installed[1] === 'dev')) return;
  process.stderr.write('scoria: installing packages (only when the lockfile has changed)\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const omit = needsDev || installed[1] === 'dev' ? [] : ['--omit=dev'];
  const done = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...omit], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) stop('npm ci failed; see above. Is the npm registry reachable?');
  writeFileSync(stamp, `${lock} ${omit.length === 0 ? 'dev' : 'run'}`);
}

function node24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve(
      `node-${process.platform}-${process.arch}/package.json`,
    );
    const binary = join(dirname(manifest), 'bin', 'node');
    if (existsSync(binary)) return binary;
  } catch {}
  return stop(
    `Node 24 or newer is needed; this is ${process.version}, and there is no packaged Node for ` +
      `${process.platform} ${process.arch}. Install Node 24 and run the same command again.`,
  );
}

if (command[0] === undefined) stop('usage: node bin/run.mjs [--dev] SCRIPT [ARGUMENT ...]');
install();
if (command[0] === '--find') process.stdout.write(node24());
else run(node24(), [join(root, command[0]), ...command.slice(1)]);

function run(node, words) {
  // Compiled code is kept: the second start saves some 120 ms.
  const env = { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'scoria', 'compiled'), ...process.env };
  // Node 20 cannot become another program: it waits, passes signals on, and is watched by bin/stopping.ts. A signal
  // from a terminal reaches the whole process group; one that is sent to us alone must be passed on.
  if (command[0] === 'bin/scoria.ts') env.SCORIA_LAUNCHER = String(process.pid);
  const child = spawn(node, words, { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
}
