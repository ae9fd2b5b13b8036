// Starts a service in one of the set-ups of setup.ts.
import { randomBytes } from 'node:crypto';
import { startCluster } from '../postgres.ts';
import { type Command, command, factsOf, freePort, startMilliseconds, until, within } from '../programs.ts';
import { startFront, toServers } from './front.ts';
import { type Part, part } from './parts.ts';

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

/** A volume's zone and its back end are known once these have reported, in processes of their own. */
const reported = `SELECT count(*) FROM services WHERE "binary" = 'cinder-scheduler' OR backend_state = 'up'`;

export async function startSetup(place: Place): Promise<Standing> {
  const cluster = await startCluster();
  const ends: (() => unknown)[] = [() => cluster.halt()];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const url = await cluster.fresh('acceptance');
    const standing = await processes(place, url, ends, stop);
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
