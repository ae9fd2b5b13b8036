// systemctl, as far as a guide needs it: starts what the units of a followed guide say, in the folder of its machine.
// Units of packages are those below.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Places, placed } from './guide.ts';

const machine = process.env.GUIDE_MACHINE ?? '';
const places = JSON.parse(readFileSync(join(machine, 'places.json'), 'utf8')) as Places; // written by guide.ts
const text = (path: string) => placed(readFileSync(path, 'utf8'), places);

/** How Debian's units start them. */
const packaged: Readonly<Record<string, { file: string; words(file: string): string[] }>> = {
  haproxy: { file: 'etc/haproxy/haproxy.cfg', words: (file) => ['/usr/sbin/haproxy', '-db', '-f', file] },
  nginx: {
    file: 'etc/nginx/sites-enabled/scoria',
    words: (file) => ['/usr/sbin/nginx', '-p', machine, '-c', file, '-g', 'daemon off;'],
  },
};

interface Unit {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
}

function unitOf(name: string): Unit {
  const own = packaged[name];
  if (own !== undefined) {
    const file = join(machine, own.file);
    const moved = join(machine, `${name}.conf`);
    const given = text(file);
    // A site of nginx stands inside of a file of its own.
    const whole =
      name === 'nginx'
        ? `events {}\nerror_log stderr;\npid ${machine}/nginx.pid;\nhttp {\naccess_log off;\n${given}\n}\n`
        : given;
    writeFileSync(moved, whole);
    return { words: own.words(moved), env: {}, folder: machine };
  }
  const [, base = '', at = '', instance = ''] = /^([\w-]+)(@?)([\w-]*)$/.exec(name.replace(/\.service$/, '')) ?? [];
  const path = join(machine, 'etc/systemd/system', `${base}${at}.service`);
  if (!existsSync(path)) throw new Error(`Unit ${name}.service not found.`);
  const dropped = join(machine, 'etc/systemd/system', `${base}${at}${instance}.service.d/override.conf`);
  const lines = `${text(path)}\n${existsSync(dropped) ? text(dropped) : ''}`
    .replaceAll('%i', placed(instance, places))
    .split('\n');
  const all = (key: string) =>
    lines.flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));
  const settings = all('EnvironmentFile').flatMap((file) => text(file).split('\n'));
  const pairs = [...all('Environment'), ...settings].flatMap((line) => {
    const [, key, value = ''] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
    return key === undefined ? [] : [[key, value] as const];
  });
  const folder = all('WorkingDirectory')[0] ?? machine;
  for (const one of all('StateDirectory')) mkdirSync(join(machine, 'var/lib', one), { recursive: true, mode: 0o700 });
  for (const one of all('CacheDirectory')) mkdirSync(join(machine, 'var/cache', one), { recursive: true });
  return { words: (all('ExecStart').at(-1) ?? '').split(' '), env: Object.fromEntries(pairs), folder };
}

const pidOf = (name: string) => join(machine, 'run', `${name}.pid`);

function start(name: string): void {
  const { words, env, folder } = unitOf(name);
  const log = openSync(join(machine, 'run', `${name}.log`), 'a');
  const [program = '', ...rest] = words;
  // A unit is told nothing of the shell that starts it.
  const bare = { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' };
  const child = spawn(program, rest, {
    cwd: folder,
    env: { ...bare, ...env },
    detached: true,
    stdio: ['ignore', log, log],
  });
  writeFileSync(pidOf(name), String(child.pid));
  child.unref();
}

const isAlive = (pid: number) =>
  existsSync(`/proc/${pid}`) && !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

async function stop(name: string): Promise<void> {
  if (!existsSync(pidOf(name))) return;
  const pid = Number(readFileSync(pidOf(name), 'utf8'));
  for (let n = 0; isAlive(pid); n += 1) {
    if (n === 0) process.kill(pid, 'SIGTERM');
    // TimeoutStopSec
    if (n === 200) process.kill(pid, 'SIGKILL');
    await sleep(100);
  }
  rmSync(pidOf(name));
}

const [verb = '', ...words] = process.argv.slice(2);
const names = words.filter((one) => !one.startsWith('-'));
for (const name of names) {
  if (['stop', 'restart', 'reload', 'disable'].includes(verb)) await stop(name);
  if (['start', 'restart', 'reload', 'enable'].includes(verb)) start(name);
  if (verb === 'is-active') {
    const isUp = existsSync(pidOf(name)) && isAlive(Number(readFileSync(pidOf(name), 'utf8')));
    process.stdout.write(isUp ? 'active\n' : 'inactive\n');
    if (!isUp) process.exitCode = 3;
  }
}
