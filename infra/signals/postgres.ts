// Signals over LISTEN and NOTIFY of PostgreSQL, on a connection of their own: one behind a pooler in transaction mode
// hears nothing, and then SCORIA_LISTEN=off says so.
import pg from 'pg';
import type { Clock } from '../clock/port.ts';
import type { Log } from '../log/port.ts';
import { listeners } from './listeners.ts';
import { pauses, type Signals } from './port.ts';

const channel = 'scoria';
/** A payload has 8,000 bytes at most; topics and words are queue names and ids, of 200 at most. */
const mostBytes = 7_000;
/** More words than this while there is no connection are not kept. */
const mostWords = 1_000;
/** A connection that was lost is made again after this. */
const pauseSeconds = 2;

export interface PostgresSignalsOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * What is sent within one turn of the event loop goes out in one statement, each word once. It is no part of the
 * transaction that it tells of: a NOTIFY in there makes all such transactions commit one after another. The
 * connection is made when the first word is sent or listened for.
 */
export function postgresSignals({ url, clock, log }: PostgresSignalsOptions): Signals {
  const { hear, say } = listeners();
  const closing = new AbortController();
  const words = new Set<string>();
  let client: pg.Client | undefined;
  let serving: Promise<void> | undefined;

  let isSending = false;
  const send = async (): Promise<void> => {
    if (isSending) return;
    isSending = true;
    while (client !== undefined && words.size > 0) {
      const payload = JSON.stringify([...words]);
      words.clear();
      const text = `SELECT pg_notify('${channel}', w) FROM jsonb_array_elements_text($1::jsonb) w`;
      await client.query({ name: 'signals.send', text, values: [payload] }).catch(() => {});
    }
    isSending = false;
  };

  /** Listens until the connection is lost. */
  const listen = async (): Promise<void> => {
    const one = new pg.Client({ connectionString: url, keepAlive: true, application_name: 'scoria-signals' });
    const lost = new Promise<Error | undefined>((resolve) => {
      one.on('error', resolve);
      one.on('end', () => resolve(undefined));
    });
    try {
      await one.connect();
      // Our own words come back; they were delivered here when they were sent.
      const { rows } = await one.query<{ me: number }>(`SELECT pg_backend_pid() AS me`);
      one.on('notification', ({ processId, payload = '' }) => {
        const [topic = '', word = ''] = payload.split('\n');
        if (processId !== rows[0]?.me) say(topic, word);
      });
      await one.query(`LISTEN ${channel}`);
      client = one;
      void send();
      const reason = await Promise.race([lost, aborted(closing.signal)]);
      if (!closing.signal.aborted) log.warn('signals-lost', { reason: reason?.message ?? 'the connection ended' });
    } catch (error) {
      log.warn('signals-unavailable', { reason: error instanceof Error ? error.message : String(error) });
    } finally {
      client = undefined;
      await one.end().catch(() => {});
    }
  };

  const serve = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await listen();
      await clock.sleep(pauseSeconds * 1000, closing.signal).catch(() => {});
    }
  };

  return {
    get pauseMilliseconds() {
      return client === undefined ? pauses.deaf : pauses.hearing;
    },
    tell(topic, word) {
      say(topic, word);
      serving ??= serve();
      const payload = `${topic}\n${word}`;
      if (payload.length > mostBytes || words.size >= mostWords) return;
      if (words.size === 0) setImmediate(() => void send());
      words.add(payload);
    },
    hear(topic, heard) {
      serving ??= serve();
      return hear(topic, heard);
    },
    async close() {
      closing.abort(new Error('closed'));
      await serving;
    },
  };
}

/** Resolves when the signal is aborted; at once when it already is. */
function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
    if (signal.aborted) resolve(undefined);
  });
}
