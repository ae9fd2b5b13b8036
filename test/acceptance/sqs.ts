// A queue server in a process of its own, which keeps what it has acknowledged and can be killed.
import { join } from 'node:path';
import { freePort, root, spawned, temporaryFolder, until } from './programs.ts';

export interface QueueServer {
  /** The settings with which scoria uses it. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends it at once, as kill -9 does. */
  kill(): Promise<void>;
  /** Starts it again, with what it had. */
  resume(): Promise<void>;
}

export async function startQueueServer(): Promise<QueueServer> {
  const folder = temporaryFolder();
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const program = join(root, 'test/emulators/sqs/server.ts');
  const serve = async () => {
    const begun = spawned(process.execPath, [program, `${port}`, join(folder, 'data')], folder);
    await until(
      () =>
        fetch(`${endpoint}/health`).then(
          (told) => told.ok,
          () => false,
        ),
      (isThere) => isThere,
    );
    return begun;
  };
  let server = await serve();
  return {
    env: {
      SCORIA_QUEUE: 'sqs',
      SCORIA_QUEUE_ENDPOINT: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    async kill() {
      server.child.kill('SIGKILL');
      await server.ended;
    },
    async resume() {
      server = await serve();
    },
  };
}
