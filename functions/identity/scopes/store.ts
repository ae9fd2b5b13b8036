import type { Database } from '../../../infra/database/port.ts';
import type { DomainRow } from '../../../schema/identity.ts';
import { statement } from '../../../schema/statement.ts';
import { domainColumns } from '../domains/store.ts';
import { readAll } from '../listing.ts';

/** The enabled domains that a user has a role on. */
export function listDomainsOfUser(database: Database, userId: string): Promise<DomainRow[]> {
  const select = `SELECT ${domainColumns} FROM domains d
  WHERE d.enabled AND d.id IN (SELECT a.domain_id FROM user_roles a WHERE a.user_id = :user_id::text AND NOT a.inherited)` as const;
  return readAll(database, 'identity.scopes.domains', select, { user_id: userId });
}

const onSystem = statement(
  'identity.scopes.system',
  `SELECT EXISTS (
  SELECT 1 FROM user_roles a WHERE a.user_id = :user_id::text AND a.project_id IS NULL AND a.domain_id IS NULL
) AS yes`,
);

export async function isOnSystem(database: Database, userId: string): Promise<boolean> {
  const [row] = await onSystem.all<{ yes: boolean }>(database, { user_id: userId });
  return row?.yes ?? false;
}
