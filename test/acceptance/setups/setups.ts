// Starts a service in one of the set-ups of setup.ts.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEventSource } from '../../emulators/sqs/event-source.ts';
import { sqsCalls } from '../../harness/sqs.ts';
import { bundle } from '../../lambda/bundle.ts';
import { type LambdaFunction, lambdaFunction } from '../../lambda/function.ts';
import { startCluster } from '../postgres.ts';
import { type Command, command, factsOf, freePort, scoria, startMilliseconds, until, within } from '../programs.ts';
import { startQueueServer } from '../sqs.ts';
import { type Front, startFront, toFunctions, toServers } from './front.ts';
import { dataApiPart, type Part, part, pause } from './parts.ts';
import type { Setup } from './setup.ts';

type Environment = Readonly<Record<string, string>>;

export interface Standing {
  readonly clouds: string | null;
  /** The process that has the embedded Keystone. */
  readonly command: Command;
  /** Ends one part at once and begins it anew, by its name. */
  readonly kills: Readonly<Record<string, () => Promise<void>>>;
  stop(): Promise<void>;
}

interface Place {
  readonly folder: string;
  /** Where the front listens. */
  readonly port: number;
  /** Those of the process that there would be only one of. */
  readonly settings: Environment;
}

const prefix = 'acceptance-';

/** A volume's zone and its back end are known once these have reported, in processes of their own. */
const reported = `SELECT count(*) FROM services WHERE "binary" = 'cinder-scheduler' OR backend_state = 'up'`;

export async function startSetup(setup: Exclude<Setup, 'one'>, place: Place): Promise<Standing> {
  const cluster = await startCluster();
  const ends: (() => unknown)[] = [() => cluster.halt()];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const url = await cluster.fresh('acceptance');
    const standing =
      setup === 'processes' ? await processes(place, url, ends, stop) : await functions(setup, place, url, ends, stop);
    const services = 1 + (place.settings.SCORIA_BACKENDS ?? '').split(',').length;
    await until(
      async () => cluster.value('acceptance', reported),
      (count) => count === `${services}`,
      startMilliseconds,
    );
    return standing;
  } catch (error) {
    await stop();
    throw error;
  }
}

type Ends = (() => unknown)[];
const secretKeys = () => `k1:${randomBytes(32).toString('base64')}`;

/** An API process, which is begun anew on its port when it was killed. */
async function apiPart(folder: string, env: Environment) {
  const port = String(await freePort());
  const begin = async () => {
    const begun = command(['api', '--json'], folder, { ...env, SCORIA_PORT: port });
    return { begun, facts: await within(factsOf(begun), 'the start of the API', startMilliseconds) };
  };
  const first = await begin();
  let running = first.begun;
  const own: Part = {
    async kill() {
      running.child.kill('SIGKILL');
      await running.ended;
      running = (await begin()).begun;
    },
    async stop() {
      running.child.kill('SIGTERM');
      await within(running.ended, 'the end of the API');
    },
  };
  return { ...own, ...first, url: `http://127.0.0.1:${port}` };
}

async function processes({ folder, port, settings }: Place, url: string, ends: Ends, stop: Standing['stop']) {
  const env = { ...settings, DATABASE_URL: url, SCORIA_SECRET_KEYS: secretKeys() };
  const apis = [await apiPart(folder, env), await apiPart(folder, env)];
  const others = [part(['scheduler'], folder, env), part(['worker'], folder, env), part(['worker'], folder, env)];
  for (const one of [...apis, ...others]) ends.push(one.stop);
  const toAll = toServers(() => apis.map((one) => one.url));
  const front = await startFront(port, () => toAll);
  ends.push(front.close);
  const named = { one: apis[0], other: apis[1], scheduler: others[0], worker: others[1], workers: others[2] };
  const [first] = apis;
  if (first === undefined) throw new Error('there is no API');
  return { clouds: first.facts.clouds, command: first.begun, kills: killsOf(named), stop };
}

const killsOf = (parts: Readonly<Record<string, Part | undefined>>) =>
  Object.fromEntries(Object.entries(parts).flatMap(([name, one]) => (one === undefined ? [] : [[name, one.kill]])));

async function functions(
  setup: 'lambda' | 'edge',
  { folder, port, settings }: Place,
  url: string,
  ends: Ends,
  stop: Standing['stop'],
) {
  const server = await startQueueServer();
  ends.push(server.kill);
  const data = await dataApiPart(url);
  ends.push(data.stop);
  const shared = {
    ...server.env,
    DATABASE_URL: data.url,
    SCORIA_SECRET_KEYS: secretKeys(),
    SCORIA_QUEUE_PREFIX: prefix,
  };
  const env = { ...settings, ...shared };
  for (const words of [['migrate'], ['queue', 'create']]) {
    const { code, stderr } = await scoria(words, folder, env);
    if (code !== 0) throw new Error(`scoria ${words.join(' ')}: ${stderr}`);
  }
  const keystone = await apiPart(folder, env);
  ends.push(keystone.stop);
  const workers = [part(['worker'], folder, env), part(['worker'], folder, env)];
  for (const one of workers) ends.push(one.stop);
  const { admin } = JSON.parse(readFileSync(join(settings.SCORIA_DATA ?? '', 'passwords.json'), 'utf8'));
  const own = {
    ...shared,
    ...{ AWS_REGION: 'us-east-1', SCORIA_QUEUE_CREATE: 'no', SCORIA_PUBLIC_URL: settings.SCORIA_PUBLIC_URL ?? '' },
    ...{ SCORIA_IDENTITY: 'keystone', SCORIA_KEYSTONE_URL: `${keystone.url}/identity` },
    ...{ SCORIA_KEYSTONE_USER: 'admin', SCORIA_KEYSTONE_PROJECT: 'admin', SCORIA_KEYSTONE_PASSWORD: admin },
  };
  const placing = await placingFunction(folder, own, ends);
  const toKeystone = toServers(() => [keystone.url]);
  const apis: LambdaFunction[] = [];
  let front: Front;
  if (setup === 'lambda') {
    const { path } = await bundle('functions/main.lambda.ts', folder);
    for (let n = 0; n < 4; n += 1) apis.push(await lambdaFunction({ path, env: own }));
    for (const one of apis) ends.push(one.close);
    const toApi = toFunctions(apis);
    front = await startFront(port, (path) => (path.startsWith('/identity') ? toKeystone : toApi));
  } else {
    const { startWorkerd } = await import('./edge.ts');
    const edge = await startWorkerd({ ...own, SCORIA_REGION_URL: keystone.url });
    ends.push(edge.close);
    // Whether an answer is compressed is between Cloudflare and the client.
    const toEdge = toServers(() => [edge.url], { 'accept-encoding': 'identity' });
    // The catalog of the embedded Keystone names an empty image service, which the edge has not.
    const isElsewhere = (path: string) => /^\/(identity|image)(\/|$)/.test(path);
    front = await startFront(port, (path) => (isElsewhere(path) ? toKeystone : toEdge));
  }
  ends.push(front.close);
  const kills = {
    ...killsOf({ keystone, worker: workers[0], workers: workers[1], database: data }),
    scheduler: placing.cool,
    ...Object.fromEntries(apis.map((one, n) => [`function ${n + 1}`, one.cool])),
    queue: async () => {
      await server.kill();
      await pause(500);
      await server.resume();
    },
  };
  return { clouds: keystone.facts.clouds, command: keystone.begun, kills, stop };
}

/** The scheduler and the sweeper as a function: on its queue, and by a schedule. */
async function placingFunction(folder: string, env: Environment, ends: Ends): Promise<LambdaFunction> {
  const { path } = await bundle('workers/main.lambda.ts', folder);
  const placing = await lambdaFunction({ path, env });
  ends.push(placing.close);
  const call = sqsCalls(env.SCORIA_QUEUE_ENDPOINT ?? '');
  const { QueueUrl: queueUrl = '' } = await call('GetQueueUrl', { QueueName: `${prefix}scheduler` });
  const source = startEventSource({ call, queueUrl, invoke: (event) => placing.invoke(event), concurrency: 1 });
  ends.push(source.stop);
  // Every minute on AWS; a test has not so much time.
  let isOver = false;
  const schedule = (async () => {
    for (; !isOver; await pause(5_000)) await placing.invoke({ task: 'sweep' }).catch(() => {});
  })();
  ends.push(() => {
    isOver = true;
    return schedule;
  });
  return placing;
}
