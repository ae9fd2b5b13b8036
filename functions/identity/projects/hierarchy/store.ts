import type { Database } from '../../../../infra/database/port.ts';
import type { ProjectRow } from '../../../../schema/identity.ts';
import { statement } from '../../../../schema/statement.ts';
import { actingColumns, projectColumns } from '../store.ts';

export interface RelatedRow extends ProjectRow {
  readonly relation: 'self' | 'above' | 'below';
  /** Whether the viewer has a role on it. */
  readonly is_seen: boolean;
}

/** More than this is left out. */
const mostRows = 2000;

const isSeen = `(:viewer::text IS NULL
  OR EXISTS (SELECT 1 FROM roles_on_project(p.id) r WHERE r.user_id = :viewer::text)) AS is_seen`;

// The domain stands above the projects, and acts as one itself.
const find = statement(
  'identity.projects.hierarchy',
  `WITH RECURSIVE below (id, depth) AS (
  SELECT p.id, 1 FROM projects p
  WHERE p.parent_id = :id::text OR (p.domain_id = :id::text AND p.parent_id IS NULL)
  UNION ALL
  SELECT p.id, b.depth + 1 FROM below b JOIN projects p ON p.parent_id = b.id WHERE b.depth < 20
),
related AS (
  SELECT 'self' AS relation, 0 AS depth, true AS is_seen, ${projectColumns} FROM projects p WHERE p.id = :id::text
  UNION ALL
  SELECT 'self', 0, true, ${actingColumns} FROM domains d WHERE d.id = :id::text
  UNION ALL
  SELECT 'above', a.depth, ${isSeen}, ${projectColumns}
  FROM project_ancestors(:id::text) a JOIN projects p ON p.id = a.id WHERE a.depth > 0
  UNION ALL
  SELECT 'above', 1000, :viewer::text IS NULL, ${actingColumns}
  FROM projects s JOIN domains d ON d.id = s.domain_id WHERE s.id = :id::text
  UNION ALL
  SELECT 'below', b.depth, ${isSeen}, ${projectColumns} FROM below b JOIN projects p ON p.id = b.id
)
SELECT r.relation, r.is_seen, r.id, r.domain_id, r.parent_id, r.name, r.description, r.enabled, r.tags, r.options, r.extra
FROM related r ORDER BY r.relation = 'below', r.depth, r.name LIMIT ${mostRows}`,
);

/** A project with all above it, the nearest first, and all below it. A viewer of null sees everything. */
export const findHierarchy = (database: Database, id: string, viewer: string | null) =>
  find.all<RelatedRow>(database, { id, viewer });
