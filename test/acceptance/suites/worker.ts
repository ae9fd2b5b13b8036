// A worker beside the storage, as the container file and the systemd unit start it, on SQS and PostgreSQL.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { ask, signIn } from '../clients.ts';
import { type Cluster, startCluster } from '../postgres.ts';
import {
  type Command,
  command,
  isInstalled,
  root,
  type Service,
  scoria,
  spawned,
  startService,
  temporaryFolder,
  until,
  within,
} from '../service.ts';
import { type QueueServer, startQueueServer } from '../sqs.ts';

let cluster: Cluster;
let server: QueueServer;
let api: Service;
let scheduler: Command;
let shared: Record<string, string>;
before(async () => {
  cluster = await startCluster();
  server = await startQueueServer();
  const folder = temporaryFolder();
  const database = { ...server.env, DATABASE_URL: await cluster.fresh('worker') };
  api = await startService({ verb: 'api', folder, env: database });
  const printed = await scoria(['secrets'], folder, { SCORIA_DATA: api.data });
  const [, keys = ''] = /^SCORIA_SECRET_KEYS=(\S+)\n$/.exec(printed.stdout) ?? [];
  shared = { ...database, SCORIA_SECRET_KEYS: keys, SCORIA_QUEUE_CREATE: 'no' };
  assert.equal((await scoria(['queue', 'create'], folder, shared)).code, 0);
  scheduler = command(['scheduler'], temporaryFolder(), shared);
});
after(async () => {
  scheduler.child.kill('SIGTERM');
  await scheduler.ended;
  await api.stop();
  await server.kill();
  await cluster.halt();
});

/** The queues of a worker's back end are made by an operator; its process may make none. */
async function makeQueues(host: string): Promise<void> {
  const made = await scoria(['queue', 'create', '--backend', 'here'], configured().folder, {
    ...shared,
    SCORIA_WORKER_HOST: host,
  });
  assert.equal(made.code, 0, made.stderr);
}

/** A folder with the file of back ends. */
function configured() {
  const folder = temporaryFolder();
  const config = join(folder, 'scoria.yaml');
  const directory = join(folder, 'volumes');
  writeFileSync(config, `backends:\n  - name: here\n    driver: file\n    options:\n      directory: ${directory}\n`);
  return { folder, config };
}

/**
 * It is heard of, makes a volume and takes it away again. Each has a zone of its own, so that no other gets the work.
 */
async function assertWorks(host: string): Promise<void> {
  const [admin, demo] = [await signIn(api, 'admin'), await signIn(api, 'demo')];
  await until(
    () => ask(api, admin, 'GET', '/v3/os-services'),
    ({ body }) =>
      body.services.some((one: Record<string, string>) => one.host === `${host}@here` && one.state === 'up'),
  );
  const made = await ask(api, demo, 'POST', '/v3/volumes', { volume: { size: 1, availability_zone: host } });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  const path = `/v3/volumes/${made.body.volume.id}`;
  await until(
    () => ask(api, admin, 'GET', `/v3/volumes/detail?all_tenants=1`),
    ({ body }) => body.volumes[0]?.status === 'available' && body.volumes[0]['os-vol-host-attr:host'].startsWith(host),
  );
  assert.equal((await ask(api, demo, 'DELETE', path)).status, 202);
  await until(
    () => ask(api, demo, 'GET', path),
    ({ status }) => status === 404,
  );
}

async function stopped(worker: Command): Promise<void> {
  worker.child.kill('SIGTERM');
  const ended = await within(worker.ended, 'the stop');
  assert.equal(ended.code, 0, ended.stderr);
}

interface Step {
  readonly word: string;
  readonly rest: string;
}

/** The steps of a container file, each a word and what follows it. */
function stepsOf(text: string): Step[] {
  const lines = text.replace(/\\\n\s*/g, ' ').split('\n');
  return lines.flatMap((line) => {
    const [, word, rest] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    return word === undefined || rest === undefined ? [] : [{ word, rest }];
  });
}

/** Does what the container file says, in a folder instead of an image; returns what would be started. */
async function built(image: string) {
  const inside = (path: string) => join(image, path);
  const env: Record<string, string> = {};
  let at = '/';
  let entry: string[] = [];
  let words: string[] = [];
  for (const { word, rest } of stepsOf(readFileSync(join(root, 'Containerfile'), 'utf8'))) {
    if (word === 'FROM') assert.match(rest, /\bnode:24/);
    else if (word === 'WORKDIR') {
      at = rest;
      mkdirSync(inside(at), { recursive: true });
    } else if (word === 'COPY') {
      const [to = '', ...from] = rest.split(' ').reverse();
      for (const one of from)
        cpSync(join(root, one), join(inside(at), to, to === './' ? one : ''), { recursive: true });
    } else if (word === 'RUN') {
      // There is no user node here, and what stands in the image stands in the folder.
      const line = rest.replaceAll('chown node:node', 'true').replaceAll(' /var/lib', ` ${inside('/var/lib')}`);
      const npm = {
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        npm_config_cache: join(process.env.HOME ?? '', '.npm'),
      };
      const run = await within(
        spawned('/bin/sh', ['-ec', line], inside(at), { ...passed, ...npm }).ended,
        line,
        240_000,
      );
      assert.equal(run.code, 0, `${line}\n${run.stderr}`);
    } else if (word === 'ENV') {
      const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(rest) ?? [];
      env[name] = inside(value);
    } else if (word === 'ENTRYPOINT') entry = JSON.parse(rest);
    else if (word === 'CMD') words = JSON.parse(rest);
    else assert.ok(['USER', 'VOLUME', 'STOPSIGNAL'].includes(word), `a step that this test does not know: ${word}`);
  }
  const [program = '', ...given] = entry;
  return { program: inside(program), words: [...given, ...words], env, folder: inside(at) };
}

/** How npm reaches its registry here. */
const passed = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    /^(npm_config_|NPM_CONFIG_|https?_proxy|NODE_EXTRA)/i.test(name) && value !== undefined ? [[name, value]] : [],
  ),
);

test('the container file, step by step, makes a worker that works with what is in the image alone', async () => {
  const image = await built(temporaryFolder());
  assert.deepEqual(image.words, ['worker']);
  await makeQueues('contained');
  const { config } = configured();
  mkdirSync(dirname(image.env.SCORIA_CONFIG ?? ''), { recursive: true });
  cpSync(config, image.env.SCORIA_CONFIG ?? '');
  const worker = spawned(image.program, [...image.words, '--backend', 'here'], image.folder, {
    ...shared,
    ...image.env,
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    SCORIA_WORKER_HOST: 'contained',
    SCORIA_ZONE: 'contained',
  });
  try {
    await assertWorks('contained');
  } finally {
    await stopped(worker);
  }
});

const unitPath = join(root, 'deploy/scoria-worker@.service');

test('the systemd unit is one that systemd takes', {
  skip: !isInstalled('/usr/bin/systemd-analyze') && 'needs systemd',
}, async () => {
  // The command stands elsewhere here.
  const folder = temporaryFolder();
  const path = join(folder, 'scoria-worker@here.service');
  writeFileSync(path, readFileSync(unitPath, 'utf8').replaceAll('/opt/scoria', root.replace(/\/$/, '')));
  const checked = await within(
    spawned('/usr/bin/systemd-analyze', ['verify', '--man=no', path], folder).ended,
    'verify',
  );
  // It looks at the other units of the machine too.
  assert.doesNotMatch(checked.stderr, /scoria/);
  assert.equal(checked.code, 0, checked.stderr);
});

test('what the systemd unit starts, with the settings of its file, works; killed, the next one goes on', async () => {
  const { folder, config } = configured();
  const lines = readFileSync(unitPath, 'utf8').split('\n');
  const one = (name: string) =>
    lines.flatMap((line) => (line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []));
  const [start = ''] = one('ExecStart');
  assert.match(start, /^\/opt\/scoria\/bin\/scoria worker --backend %i$/);
  assert.ok(Number(one('TimeoutStopSec')[0]) > 10, 'work under way gets 10 s');
  assert.deepEqual(one('EnvironmentFile'), ['/etc/scoria/worker.env']);
  // Every setting that the file shows is one that there is.
  const shown = readFileSync(join(root, 'deploy/worker.env'), 'utf8').match(/^#?[A-Z_]+(?==)/gm) ?? [];
  const help = (await scoria(['--help'], folder)).stdout;
  for (const name of shown.map((each) => each.replace('#', ''))) {
    if (name !== 'AWS_SECRET_ACCESS_KEY') assert.match(help, new RegExp(`\\b${name}\\b`), name);
  }
  await makeQueues('unit');
  const env = {
    ...shared,
    SCORIA_WORKER_HOST: 'unit',
    SCORIA_ZONE: 'unit',
    SCORIA_DATA: join(folder, 'state'),
    SCORIA_CONFIG: config,
  };
  const begin = () => command(start.replace('%i', 'here').split(' ').slice(1), folder, env);
  const first = begin();
  await assertWorks('unit');
  first.child.kill('SIGKILL');
  await first.ended;
  const second = begin();
  try {
    await assertWorks('unit');
    assert.ok(existsSync(join(folder, 'volumes')));
  } finally {
    await stopped(second);
  }
});
