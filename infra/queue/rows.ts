// Taking the next operations of a queue out of their table.
import { statement } from '../../schema/statement.ts';
import type { Database } from '../database/port.ts';
import type { Message } from './port.ts';

/** What was taken and is not claimed is due again after this: a claim comes within milliseconds. */
const takenSeconds = 30;

/** Projects that one look goes through, one index probe each; with more, the next look goes on after them. */
const mostProjects = 200;

// The oldest due operation of each project first, then the second of each, and among those the project that was
// served longest ago: `:served` has the numbers of its last turns. What waits for a busy resource is left out:
// whoever frees it says so. SKIP LOCKED: of two processes that look at once each takes others.
const text = statement(
  'queue.take',
  `WITH RECURSIVE turn AS (
  (SELECT o.project_id FROM operations o WHERE o.queue = :queue::text AND o.status = 'queued'
    AND o.project_id >= :from::text ORDER BY o.project_id LIMIT 1)
  UNION ALL
  SELECT (SELECT o.project_id FROM operations o WHERE o.queue = :queue::text AND o.status = 'queued'
    AND o.project_id > t.project_id ORDER BY o.project_id LIMIT 1)
  FROM turn t WHERE t.project_id IS NOT NULL
), listed AS (
  SELECT t.project_id FROM turn t WHERE t.project_id IS NOT NULL LIMIT ${mostProjects}
), candidates AS (
  SELECT w.id, w.created_at, row_number() OVER (PARTITION BY l.project_id ORDER BY w.created_at, w.id) AS nth,
    COALESCE((:served::jsonb ->> l.project_id)::double precision, 0) AS served
  FROM listed l CROSS JOIN LATERAL (
    SELECT o.id, o.created_at FROM operations o
    WHERE o.queue = :queue::text AND o.status = 'queued' AND o.project_id = l.project_id
      AND o.lease_until <= :now::timestamptz
      AND NOT EXISTS (SELECT 1 FROM operations b WHERE b.resource_id = o.resource_id AND b.status = 'running')
    ORDER BY o.created_at, o.id LIMIT :most::int
  ) w
), chosen AS (
  SELECT o.id FROM operations o JOIN candidates c ON c.id = o.id
  WHERE o.status = 'queued' AND o.lease_until <= :now::timestamptz
  ORDER BY c.nth, c.served, c.created_at, c.id LIMIT :most::int FOR UPDATE OF o SKIP LOCKED
), taken AS (
  UPDATE operations o SET lease_until = :now::timestamptz + make_interval(secs => ${takenSeconds})
  FROM chosen c WHERE o.id = c.id RETURNING o.id::text AS operation, o.attempt, o.kind, o.project_id AS project
)
SELECT (SELECT count(*) FROM listed)::int AS projects, (SELECT max(l.project_id) FROM listed l) AS last,
  t.operation, t.attempt, t.kind, t.project
FROM (SELECT 1) one LEFT JOIN taken t ON TRUE`,
);

interface Row {
  readonly projects: number;
  readonly last: string | null;
  readonly operation: string | null;
  readonly attempt: number;
  readonly kind: string;
  readonly project: string;
}

export type Taken = Message & { readonly kind: string };

/** Takes the next operations of a queue, of each project in turn. What it remembers of turns is its own. */
export function takeFromRows(database: Database, queue: string): (most: number, now: string) => Promise<Taken[]> {
  const turns = new Map<string, number>();
  let turn = 0;
  let from = '';
  return async (most, now) => {
    const served = JSON.stringify(Object.fromEntries(turns));
    const rows = await text.all<Row>(database, { queue, from, served, most, now });
    // Those after the last one come next time; at the end it begins again.
    const [{ projects, last } = { projects: 0, last: null }] = rows;
    from = projects >= mostProjects ? (last ?? '') : '';
    // Then everybody's turn begins again, the longest waiting first.
    if (turns.size >= mostProjects) turns.clear();
    return rows.flatMap(({ operation, attempt, kind, project }) => {
      if (operation === null) return [];
      turn += 1;
      turns.set(project, turn);
      return [{ operation, attempt, kind, project }];
    });
  };
}
