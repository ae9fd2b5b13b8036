// The same question of the rows of a database as the queue (PostgreSQL, and SQS when a line is long): how much work is
// done before the last of the quiet tenants has had its turn.
import { sql } from '../../infra/database/port.ts';
import { takeFromRows } from '../../infra/queue/rows.ts';
import { freshDatabase } from '../harness/scoria.ts';

export interface Turns {
  readonly quiet: number;
  readonly flood: number;
  /** Pieces of work that were taken until every quiet tenant had had its own. */
  readonly taken: number;
}

const insert = sql(
  'figures.operations',
  `INSERT INTO operations (id, kind, resource_type, resource_id, project_id, user_id, queue, step, lease_until, deadline,
  created_at, updated_at)
SELECT gen_random_uuid(), 'volume.create', 'volume', gen_random_uuid(),
  CASE WHEN :each::boolean THEN :name::text || lpad(n::text, 5, '0') ELSE :name::text END, 'u', 'work', 'create',
  :now::timestamptz, :now::timestamptz + interval '1 day', :now::timestamptz, :now::timestamptz
FROM generate_series(1, :count::int) n`,
);

/** The noisy tenant's work is all there before anybody else asks. Its name sorts in the middle of the others'. */
export async function turnsOfRows(quiet: number, flood: number, most = 16): Promise<Turns> {
  const database = await freshDatabase();
  try {
    const first = '2026-01-01T00:00:00Z';
    const now = '2026-01-01T00:01:00Z';
    await database.all(insert, { name: 'tenant-00250-noisy', each: false, count: flood, now: first });
    await database.all(insert, { name: 'tenant-', each: true, count: quiet, now });
    await database.all(sql('figures.analyze', 'ANALYZE operations'));
    const take = takeFromRows(database, 'work');
    const claim = sql(
      'figures.claim',
      `UPDATE operations SET status = 'done' WHERE id IN (SELECT x::uuid FROM jsonb_array_elements_text(:ids::jsonb) x)`,
    );
    let taken = 0;
    for (let served = 0; served < quiet; ) {
      const work = await take(most, now);
      if (work.length === 0) throw new Error('there is no work left');
      await database.all(claim, { ids: JSON.stringify(work.map((one) => one.operation)) });
      taken += work.length;
      served += work.filter((one) => !one.project.endsWith('noisy')).length;
    }
    return { quiet, flood, taken };
  } finally {
    await database.close();
  }
}
