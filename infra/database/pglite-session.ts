import { once } from 'node:events';
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { columnTypes } from './columns.ts';
import type { PgliteMakeData } from './pglite-make-worker.ts';
import { PgliteWire } from './pglite-wire.ts';
import type { PgliteAnswer, PgliteRequest, PgliteWorkerData } from './pglite-worker.ts';
import { makePrivate } from './private-folder.ts';

/** One life of the worker, with pg's client talking to the PGlite in it. */
export interface PgliteSession {
  readonly client: pg.Client;
  /** Milliseconds since the worker last answered, while it owes an answer or not. */
  silence(): number;
  /** Everything in the data directory, as a tar. */
  dump(): Promise<Uint8Array>;
  /** Closes PGlite in order; statements sent before are answered first. */
  end(): Promise<void>;
  /** Stops the worker where it is; everything waiting rejects. */
  kill(): Promise<void>;
}

// V8 frees machine code of WebAssembly that it takes for dead, and where several threads run it, it now and then frees
// the same twice and ends the process: "Check failed: jit_page_->allocations_.erase(addr) == 1", from
// TierUpWasmToJSWrapper by WasmEngine::FreeDeadCode (nodejs/node issue 64500; seen here with Node 24.21 in a run of the
// tests, which open 60 databases). Code that is never freed costs nothing to speak of: the threads share it.
setFlagsFromString('--no-wasm-code-gc');

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * PostgreSQL is 9 MB of WebAssembly. Compiled once a process and shared by its threads, a second database opens with
 * 0.45 s of CPU instead of 1.0, answers its first statement after 6 ms instead of 100, and takes 150 MB less.
 */
async function compile(): Promise<WebAssembly.Module> {
  const file = new URL('./pglite.wasm', import.meta.resolve('@electric-sql/pglite'));
  return WebAssembly.compile(await readFile(file));
}

/** Starts the worker and connects to it. `lost` is called once if the worker ends without having been asked to. */
export async function openSession(data: PgliteWorkerData, lost: () => void): Promise<PgliteSession> {
  if (data.directory !== undefined) await makeDirectory(data.directory, data.template);
  compiled ??= compile();
  const workerData: PgliteWorkerData = { ...data, compiled: await compiled };
  const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), { workerData });
  const ask = asker(worker);
  await ask('ready').catch(async (error) => {
    await worker.terminate();
    throw error;
  });
  const wire = new PgliteWire(worker);
  // pipeline: statements go out without waiting for the one before, so the worker never waits for a turn of ours.
  const client = new pg.Client({
    stream: () => wire,
    user: 'postgres',
    database: 'postgres',
    pipeline: true,
    types: columnTypes,
  });
  // Every waiting statement gets the error by itself; without a listener the event would end the process.
  client.on('error', lost);
  let ending = false;
  // Only at its exit is the thread surely off the files, and a new one may be started by whoever hears of it.
  let cause = new Error('nothing is known of why');
  worker.on('error', (error: Error) => {
    cause = error;
  });
  worker.on('exit', () => {
    // As an error of the way, whatever it was: a TypeError would pass for a wrong call of ours.
    if (!ending) wire.destroy(new Error(`the database worker ended: ${cause.message}`, { cause }));
  });
  await client.connect();
  const end = async () => {
    ending = true;
    await client.end();
    await ask('closed', 'close');
    await worker.terminate();
  };
  return {
    client,
    silence: () => performance.now() - wire.lastSign,
    dump: async () => {
      const answer = await ask('dump', 'dump');
      return 'dump' in answer ? answer.dump : new Uint8Array();
    },
    end,
    kill: async () => {
      cause = new Error('it was stopped, as it had stopped answering');
      await worker.terminate();
    },
  };
}

/**
 * A new directory is made beside and renamed when whole: a process killed meanwhile leaves no half database. A copy of
 * the template takes 0.15 s; PGlite takes 2 s, and 4 s of CPU, to begin from the same in a tar.
 */
async function makeDirectory(directory: string, template: string | undefined): Promise<void> {
  if (existsSync(`${directory}/PG_VERSION`)) return;
  const draft = `${directory}.new`;
  rmSync(draft, { recursive: true, force: true });
  if (template === undefined) await initialize({ directory: draft });
  else cpSync(join(template, 'directory'), draft, { recursive: true });
  // A copy has the modes of what it is a copy of, whatever the umask.
  makePrivate(draft);
  renameSync(draft, directory);
}

async function initialize(workerData: PgliteMakeData): Promise<void> {
  // once() rejects when the worker fails.
  await once(new Worker(new URL('./pglite-make-worker.ts', import.meta.url), { workerData }), 'exit');
}

/** Sends a request, if any, and resolves with the answer of that kind; rejects when the worker fails or ends first. */
function asker(worker: Worker) {
  return (kind: 'ready' | 'dump' | 'closed', request?: PgliteRequest): Promise<PgliteAnswer> =>
    new Promise((resolve, reject) => {
      // A thread that has ended says so once; afterwards its id is -1.
      if (worker.threadId === -1) return reject(new Error('the database worker ended'));
      const settle = (finish: () => void) => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        finish();
      };
      const onMessage = (message: PgliteAnswer | Uint8Array) => {
        if (!(message instanceof Uint8Array) && kind in message) settle(() => resolve(message));
      };
      const onError = (error: Error) => settle(() => reject(error));
      const onExit = () => settle(() => reject(new Error('the database worker ended')));
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      if (request) worker.postMessage(request);
    });
}
