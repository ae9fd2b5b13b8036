// A server that speaks SQS (fauxqs), on 127.0.0.1 alone. In this process by startSqs(); run as a program it is one of
// its own, which keeps what it has acknowledged in a folder: node server.ts PORT FOLDER.
import { Server } from 'node:net';
import { pathToFileURL } from 'node:url';
import { type FauxqsServer, startFauxqs } from 'fauxqs';

export interface SqsServerOptions {
  /** A free one unless said. */
  readonly port?: number;
  /** Where it keeps everything; in memory unless said. */
  readonly dataDir?: string;
}

/** It would listen on every address of the machine, and has no setting for that. */
async function onThisMachine<T>(start: () => Promise<T>): Promise<T> {
  const { listen } = Server.prototype;
  Server.prototype.listen = function here(this: Server, ...given: unknown[]) {
    const [first] = given;
    if (typeof first === 'object' && first !== null && 'host' in first && first.host === '0.0.0.0') {
      given[0] = { ...first, host: '127.0.0.1' };
    }
    return Reflect.apply(listen, this, given);
  } as typeof listen;
  try {
    return await start();
  } finally {
    Server.prototype.listen = listen;
  }
}

export const startSqs = (options: SqsServerOptions = {}): Promise<FauxqsServer> =>
  onThisMachine(() => startFauxqs({ port: 0, logger: false, host: '127.0.0.1', ...options }));

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [port = '0', dataDir] = process.argv.slice(2);
  // No await here: a module that awaits at its top ends the test runner's memory of whose hooks and tests come after it.
  void startSqs({ port: Number(port), ...(dataDir === undefined ? {} : { dataDir }) }).then(({ address }) => {
    process.stdout.write(`${address}\n`);
  });
}
