// What has been revoked, in memory: asked for every token, so it must not cost a statement.
import { statement } from '../../schema/statement.ts';
import { type Clock, timestamp } from '../clock/port.ts';
import type { Database } from '../database/port.ts';
import type { Log } from '../log/port.ts';
import { IdentityUnavailable } from './port.ts';

export interface Revocations {
  /** Changes whenever something new is revoked: a token found good under the same number is still good. */
  readonly version: number;
  /** Whether one of the subjects was revoked at or after that time. They are not asked for when nothing is revoked. */
  covers(subjects: () => readonly string[], issuedAt: number): boolean;
  /** Null while the set is fresh enough; else what has to be waited for. Throws IdentityUnavailable. */
  fresh(): Promise<void> | null;
  /** Reads what others have revoked. */
  load(): Promise<void>;
  note(subjects: readonly string[], at: number): void;
  write(subjects: readonly string[], at: number): Promise<void>;
}

export interface RevocationOptions {
  readonly database: Database;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** How long a revocation is kept: no token lives longer. */
  readonly keepSeconds: number;
  /** After how many seconds the set is read again in the background. Default 5. */
  readonly refreshSeconds?: number;
  /** A process that slept longer than this reads the set before it lets anybody in. Default 60. */
  readonly maxStaleSeconds?: number;
}

/** Clocks differ and statements commit late: what was written this long before the last reading is read again. */
const overlapMilliseconds = 60_000;
/** Some 100 bytes each; the Data API gives 1 MiB a result. */
const chunkRows = 2000;

const read = statement(
  'identity.revocations',
  `SELECT r.subject, (extract(epoch FROM r.revoked_at) * 1000)::double precision AS at
FROM revocations r WHERE r.revoked_at >= :since::timestamptz AND r.subject > :after::text
ORDER BY r.subject LIMIT ${chunkRows}`,
);

/** Drops what no token can need any more, except what another process is just dropping. */
const prune = statement(
  'identity.revocations.prune',
  `DELETE FROM revocations WHERE subject IN (
  SELECT r.subject FROM revocations r WHERE r.expires_at < :now::timestamptz
  ORDER BY r.subject LIMIT 10000 FOR UPDATE SKIP LOCKED
)`,
);

const insert = statement(
  'identity.revoke',
  `INSERT INTO revocations (subject, revoked_at, expires_at)
SELECT s, :now::timestamptz, :until::timestamptz FROM jsonb_array_elements_text(:subjects::jsonb) s
ON CONFLICT (subject) DO UPDATE SET
  revoked_at = greatest(revocations.revoked_at, excluded.revoked_at),
  expires_at = greatest(revocations.expires_at, excluded.expires_at)`,
);

/** The set of revocations: right at once for what this process revokes, within seconds for what others do. */
export function revocations(options: RevocationOptions): Revocations {
  const { database, clock, log } = options;
  const refreshMilliseconds = (options.refreshSeconds ?? 5) * 1000;
  const staleMilliseconds = (options.maxStaleSeconds ?? 60) * 1000;
  const keepMilliseconds = options.keepSeconds * 1000;
  const known = new Map<string, number>();
  let version = 0;
  let loadedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | null = null;

  function note(subjects: readonly string[], at: number): void {
    for (const one of subjects) {
      if ((known.get(one) ?? Number.NEGATIVE_INFINITY) >= at) continue;
      known.set(one, at);
      version += 1;
    }
  }
  async function readAll(): Promise<void> {
    const now = clock.now();
    const from = Math.max(loadedAt - overlapMilliseconds, now - keepMilliseconds);
    const since = new Date(from).toISOString();
    let rows: { subject: string; at: number }[];
    let after = '';
    do {
      rows = await read.all(database, { since, after });
      for (const row of rows) note([row.subject], row.at);
      after = rows.at(-1)?.subject ?? '';
    } while (rows.length === chunkRows);
    loadedAt = now;
    const over = [...known].filter(([, at]) => at + keepMilliseconds < now);
    for (const [one] of over) known.delete(one);
    if (over.length > 0) await prune.all(database, { now: new Date(now).toISOString() });
  }
  function load(): Promise<void> {
    loading ??= readAll().finally(() => {
      loading = null;
    });
    return loading;
  }
  return {
    get version() {
      return version;
    },
    covers: (subjects, issuedAt) =>
      known.size > 0 && subjects().some((one) => (known.get(one) ?? Number.NEGATIVE_INFINITY) >= issuedAt),
    fresh() {
      const age = clock.now() - loadedAt;
      if (age < refreshMilliseconds) return null;
      const loaded = load();
      if (age < staleMilliseconds) {
        loaded.catch((error) => log.warn('revocations-not-read', { reason: String(error) }));
        return null;
      }
      return loaded.catch((error) => {
        throw new IdentityUnavailable('what has been revoked cannot be read', { cause: error });
      });
    },
    load,
    note,
    async write(subjects, at) {
      const until = new Date(at + keepMilliseconds).toISOString();
      const now = timestamp({ now: () => at });
      await insert.all(database, { subjects: JSON.stringify(subjects), now, until });
      note(subjects, at);
    },
  };
}
