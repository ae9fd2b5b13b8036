import type { Database } from '../../../infra/database/port.ts';
import type { AccessRuleRow } from '../../../schema/identity.ts';
import { statement } from '../../../schema/statement.ts';
import { readAll } from '../listing.ts';

const columns = 'r.id, r.user_id, r.service, r.method, r.path';

export interface AccessRuleFilters {
  readonly service: string | null;
  readonly method: string | null;
  readonly path: string | null;
}

export function listAccessRules(
  database: Database,
  userId: string,
  filters: AccessRuleFilters,
): Promise<AccessRuleRow[]> {
  const select = `SELECT ${columns} FROM access_rules r WHERE r.user_id = :user_id::text
  AND (:service::text IS NULL OR r.service = :service::text)
  AND (:method::text IS NULL OR r.method = :method::text)
  AND (:path::text IS NULL OR r.path = :path::text)` as const;
  return readAll(database, 'identity.access_rules.list', select, { user_id: userId, ...filters });
}

const show = statement(
  'identity.access_rules.show',
  `SELECT ${columns} FROM access_rules r WHERE r.id = :id::text AND r.user_id = :user_id::text`,
);

export async function showAccessRule(database: Database, userId: string, id: string): Promise<AccessRuleRow | null> {
  const [row] = await show.all<AccessRuleRow>(database, { id, user_id: userId });
  return row ?? null;
}

const findSome = statement(
  'identity.access_rules.find',
  `SELECT ${columns} FROM access_rules r
WHERE r.user_id = :user_id::text AND r.id IN (SELECT jsonb_array_elements_text(:ids::jsonb))`,
);

/** The rules of a user that have one of these ids. */
export const findAccessRules = (database: Database, userId: string, ids: readonly string[]) =>
  findSome.all<AccessRuleRow>(database, { user_id: userId, ids: JSON.stringify(ids) });

const remove = statement(
  'identity.access_rules.delete',
  `WITH found AS (
  SELECT r.id, EXISTS (
    SELECT 1 FROM application_credentials c
    WHERE c.user_id = r.user_id AND c.access_rules @> jsonb_build_array(jsonb_build_object('id', r.id))
  ) AS is_used
  FROM access_rules r WHERE r.id = :id::text AND r.user_id = :user_id::text
),
gone AS (DELETE FROM access_rules r USING found f WHERE r.id = f.id AND NOT f.is_used)
SELECT f.is_used FROM found f`,
);

/** Deletes a rule, unless an application credential of the user has it. Says what was found. */
export async function deleteAccessRule(
  database: Database,
  userId: string,
  id: string,
): Promise<'absent' | 'used' | 'gone'> {
  const [row] = await remove.all<{ is_used: boolean }>(database, { id, user_id: userId });
  if (row === undefined) return 'absent';
  return row.is_used ? 'used' : 'gone';
}
