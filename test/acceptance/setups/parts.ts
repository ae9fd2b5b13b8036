// Programs that together are a service: each can be killed, and is there again a moment later.
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { emulated } from '../../emulators/data-api/emulated.ts';
import { type Command, command, freePort, root, spawned, temporaryFolder, until } from '../programs.ts';

export const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

type Environment = Readonly<Record<string, string>>;

export interface Part {
  /** Ends it at once, as kill -9 does, and starts it again. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** A `scoria` command that runs in the background. */
export function part(words: readonly string[], folder: string, env: Environment): Part {
  const begin = (): Command => command(words, folder, env);
  let running = begin();
  return {
    async kill() {
      running.child.kill('SIGKILL');
      await running.ended;
      running = begin();
    },
    async stop() {
      running.child.kill('SIGTERM');
      await running.ended;
    },
  };
}

/** The Data API as a process of its own, in front of a PostgreSQL. */
export async function dataApiPart(databaseUrl: string): Promise<Part & { readonly url: string }> {
  const port = `${await freePort()}`;
  const words = [join(root, 'test/emulators/data-api/main.ts'), '--port', port, '--database-url', databaseUrl];
  const serve = async () => {
    const begun = spawned(process.execPath, words, temporaryFolder());
    await until(
      async () => begun.said.stdout,
      (said) => said.includes('DATABASE_URL='),
    );
    return begun;
  };
  let running = await serve();
  const end = async () => {
    running.child.kill('SIGKILL');
    await running.ended;
  };
  return {
    url: emulated(`http://127.0.0.1:${port}`),
    async kill() {
      await end();
      await pause(randomInt(1_000));
      running = await serve();
    },
    stop: end,
  };
}
