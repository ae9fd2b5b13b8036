// The scheduler's view of the pools: read with its claim, one page at a time.
import type { Database } from '../../infra/database/port.ts';
import { isDisabled, isUp } from '../../schema/services.ts';
import { fragmentOf, statement, statementOf } from '../../schema/statement.ts';
import type { Pool } from '../scheduler/pool.ts';
import type { Needs } from '../work/work.ts';
import { claimedColumns, claiming, claimParameters, needColumns } from './claim.ts';

/** Pools per statement: one answer is limited (1 MiB through the Data API). */
const pageSize = 250;

/** A back end that is being opened has a service but no pools yet. After this time it is no longer waited for. */
const openingSeconds = 600;

// A pool without a service belongs to a back end that is starting: it has not reported, and nobody has disabled it.
const ofService = `COALESCE(${isDisabled('s')}, FALSE) AS disabled, COALESCE(s.frozen, FALSE) AS frozen,
    COALESCE(${isUp('s')}, FALSE) AS up, s.cluster_name AS cluster` as const;

/** In the order of the primary key, so nothing is sorted. */
const page = <const Where extends string>(where: Where) =>
  `SELECT p.name AS pool, p.backend, p.availability_zone, p.total_gib::text AS total_gib,
    p.free_gib::text AS free_gib,
    p.provisioned_gib, p.allocated_gib::double precision AS allocated_gib, p.reserved_percentage,
    p.max_over_subscription_ratio, p.thin, p.capabilities::text AS capabilities, ${ofService}
  FROM pools p LEFT JOIN services s ON s.host = p.backend AND s."binary" = 'cinder-volume'
  WHERE ${where} ORDER BY p.name LIMIT ${pageSize as number}` as const;

/** Services without pools: back ends that are being opened for the first time. */
const opening = (where: string) =>
  `SELECT s.host AS pool, s.host AS backend, s.availability_zone, NULL::text,
    NULL::text, 0, 0, 0, 1, FALSE, NULL::text, ${ofService}
  FROM services s
  WHERE ${where} AND s."binary" = 'cinder-volume'
    AND s.updated_at >= :now::timestamptz - make_interval(secs => ${openingSeconds})
    AND NOT EXISTS (SELECT 1 FROM pools p WHERE p.backend = s.host)` as const;

const firstPage = (where: string) =>
  `SELECT x.*, (row_number() OVER ())::int AS n
  FROM ((${page(where)}) UNION ALL (${opening(where)})) x` as const;

const columns = `q.pool, q.backend, q.availability_zone, q.total_gib, q.free_gib, q.provisioned_gib, q.allocated_gib,
  q.reserved_percentage, q.max_over_subscription_ratio, q.thin, q.capabilities, q.disabled, q.frozen, q.up, q.cluster`;

/**
 * The statement that claims an operation for the scheduler, with the first page of pools: one pool per row, with the
 * operation and what its kind of work needs on the first row only.
 */
export const claimToScheduleText = (kind: string, needs: Needs) =>
  statementOf(
    `operations.claim-to-schedule-${kind}`,
    [
      claiming,
      fragmentOf(
        'work',
        `SELECT 1 AS n, ${claimedColumns}${needColumns(needs)} FROM (SELECT 1) one LEFT JOIN claimed c ON TRUE`,
      ),
      fragmentOf('page', firstPage('EXISTS (SELECT 1 FROM claimed)'), ':now::timestamptz'),
    ],
    `SELECT w.*, ${columns} FROM work w FULL JOIN page q ON q.n = w.n ORDER BY COALESCE(w.n, q.n)`,
    claimParameters,
  );

const firstText = statement('pools.read', `${firstPage('TRUE')} ORDER BY n`);
const furtherText = statement(
  'pools.read-further',
  [fragmentOf('page', page('p.name > :after::text'), ':after::text', ':now::timestamptz')],
  'SELECT q.* FROM page q ORDER BY q.pool',
);

/** From a claim: null when there are no pools at all. */
export interface PoolRow {
  readonly pool: string | null;
  readonly backend: string;
  readonly availability_zone: string;
  /** Text, because it may be Infinity, which JSON cannot express. */
  readonly total_gib: string | null;
  readonly free_gib: string | null;
  readonly provisioned_gib: number;
  readonly allocated_gib: number;
  readonly reserved_percentage: number;
  readonly max_over_subscription_ratio: number;
  readonly thin: boolean;
  /** Null for a back end that has never reported. */
  readonly capabilities: string | null;
  readonly disabled: boolean;
  readonly frozen: boolean;
  readonly up: boolean;
  readonly cluster: string | null;
}

const numberOf = (text: string | null) => (text === null ? null : Number(text));

function toPool(name: string, row: PoolRow): Pool {
  const { backend, capabilities } = row;
  const isReported = capabilities !== null;
  return {
    name,
    backend,
    availabilityZone: row.availability_zone,
    totalGiB: numberOf(row.total_gib),
    freeGiB: numberOf(row.free_gib),
    provisionedGiB: row.provisioned_gib,
    allocatedGiB: row.allocated_gib,
    reservedPercentage: row.reserved_percentage,
    maxOverSubscriptionRatio: row.max_over_subscription_ratio,
    thin: row.thin,
    capabilities: isReported
      ? (JSON.parse(capabilities) as Record<string, unknown>) // a jsonb object
      : { volume_backend_name: backend.split('@')[1] ?? backend },
    volumeCount: null,
    isUp: isReported && row.up,
    isDisabled: row.disabled,
    isFrozen: row.frozen,
    cluster: row.cluster,
    isReported,
  };
}

/** The pools in the rows of a claim, and those that did not fit on its page. */
export async function allPools(database: Database, rows: readonly PoolRow[], now: string): Promise<Pool[]> {
  const pools = toPools(rows);
  let page = pools.filter(({ isReported }) => isReported);
  while (page.length === pageSize) {
    page = toPools(await furtherText.all<PoolRow>(database, { now, after: page.at(-1)?.name ?? '' }));
    pools.push(...page);
  }
  return pools;
}

const toPools = (rows: readonly PoolRow[]): Pool[] =>
  rows.flatMap((row) => (row.pool === null ? [] : [toPool(row.pool, row)]));

export async function readPools(database: Database, now: string): Promise<Pool[]> {
  return allPools(database, await firstText.all<PoolRow>(database, { now }), now);
}

const countsText = statement(
  'pools.volume-counts',
  `SELECT v.host, count(*)::int AS count FROM volumes v WHERE v.host IS NOT NULL GROUP BY v.host`,
);

/**
 * The pools with the number of volumes on each. It reads one entry per volume, so it is called only when a weigher
 * needs it.
 */
export async function withCounts(database: Database, pools: readonly Pool[]): Promise<Pool[]> {
  const rows = await countsText.all<{ host: string; count: number }>(database);
  const counts = new Map(rows.map(({ host, count }) => [host, count]));
  return pools.map((pool) => ({ ...pool, volumeCount: counts.get(pool.name) ?? 0 }));
}
