// The thread PGlite lives in. PGlite runs a statement without giving way, so on the main thread a busy database would
// starve every timer and socket. Takes protocol bytes, answers protocol bytes; pg on the other side does the rest.

import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { pgliteSettings } from './pglite-settings.ts';

export interface PgliteWorkerData {
  /** It exists; nothing means in memory. */
  readonly directory: string | undefined;
  /** What a database in memory begins from: see template.ts. */
  readonly template: string | undefined;
  /** PostgreSQL, compiled: the threads of one process share its machine code. */
  readonly compiled?: WebAssembly.Module;
}

/** Everything that is asked of the worker beside protocol bytes. */
export type PgliteRequest = 'dump' | 'close';
export type PgliteAnswer = { readonly ready: true } | { readonly dump: Uint8Array } | { readonly closed: true };

async function open({ directory, template, compiled }: PgliteWorkerData): Promise<PGlite> {
  const code = compiled === undefined ? {} : { pgliteWasmModule: compiled };
  if (directory === undefined) return PGlite.create({ ...(await pgliteSettings(template)), ...code });
  return PGlite.create({ ...(await pgliteSettings()), ...code, dataDir: directory });
}

/** Runs protocol bytes and returns the answer's. Not execProtocolRaw(): that parses each answer a second time. */
function executor(database: PGlite): (message: Uint8Array) => Uint8Array<ArrayBuffer> {
  let answer = new Uint8Array(1 << 20);
  let length = 0;
  const onRawData = (bytes: Uint8Array) => {
    if (length + bytes.length > answer.length) {
      const larger = new Uint8Array(Math.max(answer.length * 2, length + bytes.length));
      larger.set(answer.subarray(0, length));
      answer = larger;
    }
    answer.set(bytes, length);
    length += bytes.length;
  };
  return (message) => {
    length = 0;
    // Works before it returns its promise, so statements cannot interleave; the promise has nothing left to say
    // because there is nothing to sync: files are written as they go.
    void database.execProtocolRawStream(message, { syncToFs: false, onRawData });
    const result = answer.slice(0, length);
    if (answer.length > 1 << 24) answer = new Uint8Array(1 << 20);
    return result;
  };
}

const port = parentPort;
if (!port) throw new Error('pglite-worker.ts is started by pglite-session.ts, as a worker thread');

const data: PgliteWorkerData = workerData;
const database = await open(data);
const execute = executor(database);

async function answer(request: PgliteRequest): Promise<void> {
  if (request === 'dump') {
    const dump = new Uint8Array(await (await database.dumpDataDir('none')).arrayBuffer());
    port?.postMessage({ dump } satisfies PgliteAnswer, [dump.buffer]);
    return;
  }
  await database.close();
  port?.postMessage({ closed: true } satisfies PgliteAnswer);
  port?.close();
}

port.on('message', (message: Uint8Array | PgliteRequest) => {
  if (typeof message === 'string') {
    void answer(message);
    return;
  }
  const bytes = execute(message);
  port.postMessage(bytes, [bytes.buffer]);
});
port.postMessage({ ready: true } satisfies PgliteAnswer);
