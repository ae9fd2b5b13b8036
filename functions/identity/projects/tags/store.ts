import type { Database } from '../../../../infra/database/port.ts';
import { statement } from '../../../../schema/statement.ts';
import { isMutable } from '../../immutable.ts';

export type TagChange = 'replace' | 'add' | 'remove';

/** As the lists of bodies have it: body.ts. */
const mostTags = 80;

const change = statement(
  'identity.projects.tags',
  `WITH wanted AS (
  SELECT p.id, ${isMutable('p')} AS is_mutable, CASE :what::text
    WHEN 'replace' THEN :tags::jsonb
    WHEN 'add' THEN CASE WHEN p.tags @> :tags::jsonb THEN p.tags ELSE p.tags || :tags::jsonb END
    ELSE (SELECT coalesce(jsonb_agg(t.tag), '[]') FROM jsonb_array_elements(p.tags) t (tag) WHERE NOT :tags::jsonb @> t.tag)
  END AS tags
  FROM projects p WHERE p.id = :id::text FOR UPDATE OF p
),
changed AS (
  UPDATE projects p SET tags = w.tags FROM wanted w
  WHERE p.id = w.id AND w.is_mutable AND jsonb_array_length(w.tags) <= ${mostTags} RETURNING p.tags
)
SELECT w.is_mutable, c.tags::text AS tags FROM wanted w LEFT JOIN changed c ON true`,
);

/** Changes the tags of a project and returns them, a JSON array in text; or says why it does not. */
export async function changeTags(
  database: Database,
  id: string,
  what: TagChange,
  tags: readonly string[],
): Promise<'absent' | 'immutable' | 'full' | string> {
  const parameters = { id, what, tags: JSON.stringify(tags), takes_off: false };
  const [row] = await change.all<{ is_mutable: boolean; tags: string | null }>(database, parameters);
  if (row === undefined) return 'absent';
  if (!row.is_mutable) return 'immutable';
  return row.tags ?? 'full';
}
