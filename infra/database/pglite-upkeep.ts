// What PostgreSQL does in its background, for the embedded one, which has none: checkpoints, vacuum, statistics. Each
// is a step that the statements after it wait for, so steps are small, and what cannot be small waits for a quiet
// moment.

/** What the database says of itself: one row for each table that has changed, each with the log's length. */
export interface TableFacts {
  /** Null: the row that only tells of the log. */
  readonly name: string | null;
  readonly dead: number;
  readonly live: number;
  /** Since the last vacuum. */
  readonly inserted: number;
  /** Since the last statistics. */
  readonly changed: number;
  /** Of the table and its indexes, 8 KB each. */
  readonly pages: number;
  /** Bytes of log since the last checkpoint began: what a start after `kill -9` reads again. */
  readonly log: number;
}

export const facts = `
SELECT t.name, coalesce(t.dead, 0)::int AS dead, coalesce(t.live, 0)::int AS live, coalesce(t.inserted, 0)::int AS inserted,
  coalesce(t.changed, 0)::int AS changed,
  CASE WHEN t.oid IS NULL THEN 0 ELSE pg_total_relation_size(t.oid) / 8192 END::int AS pages,
  pg_wal_lsn_diff(pg_current_wal_lsn(), c.redo_lsn)::bigint AS log
FROM pg_control_checkpoint() c LEFT JOIN (
  SELECT r.oid, r.oid::regclass::text AS name, pg_stat_get_dead_tuples(r.oid) AS dead, pg_stat_get_live_tuples(r.oid) AS live,
    pg_stat_get_ins_since_vacuum(r.oid) AS inserted, pg_stat_get_mod_since_analyze(r.oid) AS changed
  FROM pg_class r WHERE r.relkind = 'r'
) t ON t.dead >= 500 OR t.changed >= 250 OR t.inserted >= 5000`;

export interface Step {
  readonly text: string;
  /** What is remembered how long it took. */
  readonly key: string;
  readonly expectedMilliseconds: number;
  /** It has waited long enough for a quiet moment: it comes now. */
  readonly isOverdue: boolean;
}

/**
 * A start reads some 40 MB of log a second: half a second at most. A checkpoint writes at most the 16 MB of buffers.
 */
const logBytes = 16 * 2 ** 20;
/**
 * It waits no longer for a quiet moment: how long a start takes after `kill -9` depends on it, and it gets no shorter by
 * waiting. 30 MB of log take a checkpoint 25 to 40 ms of processor time.
 */
const mostLog = 1.25;
const checkpointSeconds = 60;
/** Read from the file cache, 8 KB take some 10 µs. */
const millisecondsPerPage = 0.01;

/** What may be done now, the most wanted first. `took` remembers what each took the last time. */
export function stepsOf(
  tables: readonly TableFacts[],
  sinceCheckpoint: number,
  took: ReadonlyMap<string, number>,
): Step[] {
  const steps: Step[] = [];
  // At four times what it is due at it has waited long enough.
  const add = (text: string, key: string, pages: number, need: number, most = 4) => {
    const expectedMilliseconds = took.get(key) ?? pages * millisecondsPerPage;
    if (need >= 1) steps.push({ text, key, expectedMilliseconds, isOverdue: need >= most });
  };
  const log = tables[0]?.log ?? 0;
  const isTime = sinceCheckpoint >= checkpointSeconds * 1000 && log > 2 ** 16;
  add('CHECKPOINT', 'checkpoint', 0, isTime ? Math.max(1, log / logBytes) : log / logBytes, mostLog);
  for (const { name, dead, live, inserted, changed, pages } of tables) {
    if (name === null) continue;
    // The marks of PostgreSQL's autovacuum, lower: its 50 rows and a fifth are for a server with processors to spare.
    add(`VACUUM ${name}`, `vacuum ${name}`, pages, Math.max(dead / (500 + live / 20), inserted / (5000 + live / 5)));
    // A sample reads 300 pages for each value that statistics keep, at most; 100 of them unless a column says more.
    add(`ANALYZE ${name}`, `analyze ${name}`, Math.min(pages, 30_000), changed / (250 + live / 10));
  }
  return steps;
}

/** How the database is reached. */
export interface Tended {
  read<Row>(text: string): Promise<Row[]>;
  /** As long as it takes. */
  run(text: string): Promise<void>;
  /** Milliseconds since anybody else sent a statement. */
  quiet(): number;
}

const lookMilliseconds = 1000;
/** Between two steps others have their turn. */
const restMilliseconds = 50;
/** Most that a request may wait for a step when there are requests. */
const smallMilliseconds = 40;
const quietMilliseconds = 500;

/** Looks after a database until it is stopped; a step under way then ends first. */
export function tend(database: Tended): { stop(): void } {
  const took = new Map<string, number>();
  let checkpointAt = performance.now();
  let timer: NodeJS.Timeout;
  let isStopped = false;

  const again = (milliseconds: number) => {
    if (isStopped) return;
    // Nobody's process stays for this.
    timer = setTimeout(() => void look(), milliseconds).unref();
  };

  const look = async () => {
    try {
      const found = await database.read<TableFacts>(facts);
      const isQuiet = database.quiet() >= quietMilliseconds;
      const step = stepsOf(found, performance.now() - checkpointAt, took).find(
        (one) => isQuiet || one.isOverdue || one.expectedMilliseconds <= smallMilliseconds,
      );
      if (step === undefined) return again(lookMilliseconds);
      const begun = performance.now();
      await database.run(step.text);
      took.set(step.key, performance.now() - begun);
      if (step.key === 'checkpoint') checkpointAt = performance.now();
      again(restMilliseconds);
    } catch {
      // The worker is gone, or a table was dropped meanwhile: the next look sees what there is.
      again(lookMilliseconds);
    }
  };

  again(lookMilliseconds);
  return {
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
