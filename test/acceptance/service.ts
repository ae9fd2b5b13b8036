// The real service as a child process, or as several: see setups/.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Command,
  command,
  type Ended,
  type Environment,
  factsOf,
  freePort,
  startMilliseconds,
  temporaryFolder,
  within,
} from './programs.ts';
import { startProxy } from './proxy.ts';
import { recordFolder, recordRequests, recordSettings } from './record.ts';
import { type Setup, setup } from './setups/setup.ts';
import { startSetup } from './setups/setups.ts';

export * from './programs.ts';

export interface Service {
  readonly url: string;
  /** Where it was started: clouds.yaml is here, and the data in `data`. */
  readonly folder: string;
  readonly data: string;
  readonly clouds: string;
  readonly command: Command;
  password(user: 'admin' | 'demo' | 'reader'): string;
  /** Asks it to end and waits until it has. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
}

export interface ServiceOptions {
  /** A new temporary one unless said. */
  readonly folder?: string;
  readonly env?: Environment;
  /** `start` unless said: everything. */
  readonly verb?: 'api';
}

/**
 * Starts the service with two back ends on a free port, and waits until it answers. A proxy stands in front of it,
 * which holds every answer against OpenAPI; stop() fails when one was wrong.
 */
export async function startService({
  folder = temporaryFolder(),
  env = {},
  verb,
}: ServiceOptions = {}): Promise<Service> {
  const data = join(folder, 'data');
  const port = env.SCORIA_PORT ?? String(await freePort());
  const proxy = await startProxy(Number(port));
  const own = { SCORIA_PORT: port, SCORIA_PUBLIC_URL: proxy.url, SCORIA_DATA: data, SCORIA_BACKENDS: 'one,two' };
  const settings = { ...own, ...env };
  if (setup !== 'one' && verb === undefined)
    return startStanding(setup, { folder, data, port: Number(port), settings, proxy });
  const begun = command([verb ?? 'start', '--json'], folder, { ...recordSettings, ...settings });
  if (recordFolder !== undefined) recordRequests(begun, recordFolder);
  const facts = await within(factsOf(begun), 'start', startMilliseconds).catch((error: unknown) => {
    begun.child.kill('SIGKILL');
    throw error;
  });
  return {
    url: facts.url,
    folder,
    data,
    clouds: facts.clouds ?? join(folder, 'clouds.yaml'),
    command: begun,
    password: (user) => JSON.parse(readFileSync(join(data, 'passwords.json'), 'utf8'))[user],
    async stop(signal = 'SIGTERM') {
      const since = performance.now();
      begun.child.kill(signal);
      const ended = await within(begun.ended, `stop by ${signal}`);
      const milliseconds = performance.now() - since;
      await proxy.close();
      return { ...ended, milliseconds };
    },
  };
}

/** The same service in another set-up: see setups/setups.ts. */
async function startStanding(
  which: Exclude<Setup, 'one'>,
  {
    data,
    proxy,
    ...place
  }: {
    folder: string;
    data: string;
    port: number;
    settings: Environment;
    proxy: Awaited<ReturnType<typeof startProxy>>;
  },
): Promise<Service> {
  const standing = await startSetup(which, place);
  return {
    url: proxy.url,
    folder: place.folder,
    data,
    clouds: standing.clouds ?? join(place.folder, 'clouds.yaml'),
    command: standing.command,
    password: (user) => JSON.parse(readFileSync(join(data, 'passwords.json'), 'utf8'))[user],
    async stop() {
      const since = performance.now();
      await standing.stop();
      const milliseconds = performance.now() - since;
      await proxy.close();
      return { ...(await standing.command.ended), milliseconds };
    },
  };
}
