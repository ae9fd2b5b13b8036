// Secrets that give themselves away: every secret that the tests plant bears a mark, and whatever is written where no
// secret belongs is searched for it. So no test needs to think of it, and none can forget it.
import { Buffer } from 'node:buffer';
import { type Database, sql } from '../../infra/database/port.ts';
import type { Ids } from '../../infra/ids/port.ts';
import { systemIds } from '../../infra/ids/system.ts';
import { lineLog } from '../../infra/log/lines.ts';
import type { Log } from '../../infra/log/port.ts';
import type { Backend } from '../../workers/driver.ts';

/** Six bytes as base64 has them, so that generated secrets can begin with it, whatever they are written as later. */
export const mark = 'C4n4ryCh';

/** A secret to plant: what it is stands in it, so that a leak says where it comes from. */
export const canary = (kind: string) => `${mark}-${kind}`;

/** The texts by which the mark is found again: as it is, as hexadecimal, and in base64 wherever it begins. */
const forms: readonly string[] = [
  mark,
  // Every token that is signed by ES256 begins so: {"alg":"ES256", in base64.
  'eyJhbGciOiJFUzI1NiI',
  Buffer.from(mark, 'base64').toString('hex'),
  Buffer.from(mark).toString('hex'),
  // The digits at either end depend on the neighbours as well.
  ...[0, 1, 2].map((before) => {
    const text = Buffer.from(`${'x'.repeat(before)}${mark}`)
      .toString('base64')
      .replaceAll('=', '');
    return text.slice(before === 0 ? 0 : before + 1, -1);
  }),
];

/** Whether a text holds a planted secret. */
export const holdsCanary = (text: string) => forms.some((form) => text.includes(form));

/** Ids whose secrets bear the mark. */
export function canaryIds(): Ids {
  const ids = systemIds();
  return { uuid: ids.uuid, secret: (bytes) => `${mark}${ids.secret(bytes)}`.slice(0, ids.secret(bytes).length) };
}

/** A sealing key that bears the mark, as settings have it. */
export const canarySealingKey = () => `k1:${`${mark}${systemIds().secret(32)}`.slice(0, 42)}A=`;

/** What withChap() tells beside the rest. */
export const chap = { auth_method: 'CHAP', auth_username: 'host', auth_password: canary('chap-password') };

/** A back end that tells every host a password, as iSCSI with CHAP does. */
export function withChap(backend: Backend): Backend {
  return {
    ...backend,
    async connect(...given) {
      const info = await backend.connect(...given);
      return { ...info, data: { ...info.data, ...chap } };
    },
  };
}

export interface SecretWatch {
  /** Every line at debug level, searched, and then handed on. */
  readonly log: Log;
  /** Hands every line on as well, until what it returns is called. */
  listen(heard: (line: string) => void): () => void;
  /** Looks at a text that has been written, or was told to a client. */
  look(where: string, text: string): void;
  /** Looks at every table of the database. */
  search(database: Database): Promise<void>;
  /** Throws when a secret was found anywhere. */
  done(): void;
}

export function watchSecrets(now: () => number, write: (line: string) => void = () => {}): SecretWatch {
  const found: string[] = [];
  const listeners = new Set<(line: string) => void>();
  const look = (where: string, text: string) => {
    if (holdsCanary(text)) found.push(`${where}: ${text.slice(0, 2000)}`);
  };
  const log = lineLog(
    (line) => {
      look('log', line);
      write(line);
      for (const heard of listeners) heard(line);
    },
    'debug',
    now,
  );
  return {
    log,
    listen(heard) {
      listeners.add(heard);
      return () => void listeners.delete(heard);
    },
    look,
    search: async (database) => {
      for (const row of await rowsWithSecrets(database)) look(row.table_name, row.text);
    },
    done: () => {
      if (found.length > 0) throw new Error(`secrets where none belong:\n${found.join('\n')}`);
    },
  };
}

/** A log that writes to two; whether a line is worth writing is for the second to say. */
export const bothLogs = (one: Log, other: Log): Log => {
  const each = (level: 'debug' | 'info' | 'warn' | 'error'): Log['debug'] => {
    return (event, fields) => {
      one[level](event, fields);
      other[level](event, fields);
    };
  };
  return { ...other, debug: each('debug'), info: each('info'), warn: each('warn'), error: each('error') };
};

const pattern = forms.map((form) => form.replaceAll('+', '\\+')).join('|');

/** Every table there is: a new one is searched without anybody thinking of it. */
const tables = sql(
  'canaries.tables',
  `SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1`,
);

/** Drawn like secrets, and none: the salt of a transfer's key, and the audit id of a token, which everybody sees. */
const open: Readonly<Record<string, string>> = { transfers: 'salt', revocations: 'subject' };

/** The rows of the whole database that hold a planted secret. */
export async function rowsWithSecrets(database: Database) {
  const names = (await database.all<{ readonly name: string }>(tables)).map(({ name }) => name);
  const text = names
    .map((name) => ({ name, row: `(to_jsonb(t) - '${open[name] ?? ''}')::text` }))
    .map(
      ({ name, row }) => `SELECT '${name}' AS table_name, ${row} AS text FROM "${name}" t WHERE ${row} ~ '${pattern}'`,
    )
    .join('\nUNION ALL\n');
  return database.all<{ readonly table_name: string; readonly text: string }>(sql('canaries.search', text));
}
