// Everything that signing in asks of the database, in one statement.
import type { Database } from '../../../infra/database/port.ts';
import type { Named } from '../../../infra/identity/port.ts';
import { statement } from '../../../schema/statement.ts';
import { storedCatalog } from '../catalog/store.ts';
import type { Reference, ScopeAsked } from './body.ts';

/** Whom a client says it is, and what it asks for. */
export interface Lookup {
  readonly user: Reference | null;
  readonly credential: { readonly id: string | null; readonly name: string | null } | null;
  readonly scope: ScopeAsked;
}

export interface SignInRow {
  readonly user_id: string;
  readonly user_name: string;
  readonly user_domain_id: string;
  readonly user_domain_name: string;
  readonly user_enabled: boolean;
  readonly password: string | null;
  /** A JSON object: UserOptions. */
  readonly user_options: string;
  readonly credential_id: string | null;
  readonly credential_name: string | null;
  readonly credential_secret: string | null;
  readonly credential_unrestricted: boolean | null;
  /** A JSON array of access rules; null: none. */
  readonly credential_access_rules: string | null;
  /** Milliseconds since 1970. */
  readonly credential_expires: number | null;
  readonly project_id: string | null;
  readonly project_name: string | null;
  readonly project_domain_id: string | null;
  readonly project_domain_name: string | null;
  readonly project_enabled: boolean | null;
  readonly domain_id: string | null;
  readonly domain_name: string | null;
  readonly domain_enabled: boolean | null;
  /** A JSON array of `{id, name}` with the implied roles, or null when there is none. */
  readonly roles: string | null;
  /** A JSON array of the ids of domains' roles that brought some of them; null: none. */
  readonly through: string | null;
  /** What an operator has added to the catalog: see catalog/store.ts. */
  readonly catalog: string | null;
}

// A credential that is named by its id says who its user is; beside a user it must be that user's.
// It passes on those of its roles that its user still has: the implied ones on either side count.
const find = statement(
  'identity.sign_in',
  `WITH RECURSIVE home AS (
  SELECT d.id FROM domains d WHERE d.id = :user_domain_id::text OR d.name = :user_domain_name::text
),
named AS (
  SELECT u.id FROM users u JOIN domains d ON d.id = u.domain_id
  WHERE u.id = :user_id::text
     OR (u.name = :user_name::text AND (d.id = :user_domain_id::text OR d.name = :user_domain_name::text))
),
credential AS (
  SELECT c.* FROM application_credentials c
  WHERE (c.id = :credential_id::text OR c.name = :credential_name::text)
    AND c.user_id = coalesce((SELECT n.id FROM named n), CASE WHEN c.id = :credential_id::text THEN c.user_id END)
),
who AS (
  SELECT u.id, u.name, u.password, u.options::text AS options, u.default_project_id, d.id AS domain_id, d.name AS domain_name,
    u.enabled AND d.enabled AS enabled
  FROM users u JOIN domains d ON d.id = u.domain_id
  WHERE u.id = coalesce((SELECT n.id FROM named n), (SELECT c.user_id FROM credential c))
),
project AS (
  SELECT p.id, p.name, d.id AS domain_id, d.name AS domain_name, p.enabled AND d.enabled AS enabled
  FROM projects p JOIN domains d ON d.id = p.domain_id
  WHERE p.id = coalesce((SELECT c.project_id FROM credential c), :project_id::text,
      CASE WHEN :default_project::boolean THEN (SELECT w.default_project_id FROM who w) END)
     OR (p.name = :project_name::text AND (d.id = :project_domain_id::text OR d.name = :project_domain_name::text))
),
domain AS (
  SELECT d.id, d.name, d.enabled FROM domains d WHERE d.id = :domain_id::text OR d.name = :domain_name::text
),
granted (role_id) AS (
  SELECT r.role_id FROM project p, LATERAL roles_on_project(p.id) r WHERE r.user_id = (SELECT w.id FROM who w)
  UNION
  SELECT a.role_id FROM user_roles a
  WHERE a.user_id = (SELECT w.id FROM who w) AND NOT a.inherited
    AND (a.domain_id = (SELECT d.id FROM domain d)
      OR (:system::boolean AND a.project_id IS NULL AND a.domain_id IS NULL))
  UNION
  SELECT i.implied_role_id FROM granted g JOIN role_implications i ON i.prior_role_id = g.role_id
),
passed (role_id) AS (
  SELECT jsonb_array_elements_text(c.role_ids) FROM credential c
  UNION
  SELECT i.implied_role_id FROM passed g JOIN role_implications i ON i.prior_role_id = g.role_id
)
SELECT h.id AS home_id, w.id AS user_id, w.name AS user_name, w.domain_id AS user_domain_id, w.domain_name AS user_domain_name,
  w.enabled AS user_enabled, w.password, w.options AS user_options,
  c.id AS credential_id, c.name AS credential_name, c.secret AS credential_secret,
  c.unrestricted AS credential_unrestricted, c.access_rules::text AS credential_access_rules,
  (extract(epoch FROM c.expires_at) * 1000)::double precision AS credential_expires,
  p.id AS project_id, p.name AS project_name, p.domain_id AS project_domain_id, p.domain_name AS project_domain_name,
  p.enabled AS project_enabled,
  d.id AS domain_id, d.name AS domain_name, d.enabled AS domain_enabled,
  (SELECT json_agg(json_build_object('id', r.id, 'name', r.name) ORDER BY r.name)::text FROM roles r
    WHERE r.domain_id IS NULL AND r.id IN (SELECT g.role_id FROM granted g)
      AND (c.id IS NULL OR r.id IN (SELECT x.role_id FROM passed x))) AS roles,
  (SELECT json_agg(r.id)::text FROM roles r WHERE r.domain_id IS NOT NULL AND r.id IN (SELECT g.role_id FROM granted g))
    AS through,
  ${storedCatalog} AS catalog
FROM (SELECT h.id FROM (SELECT) one LEFT JOIN home h ON true) h
LEFT JOIN who w ON true LEFT JOIN credential c ON true LEFT JOIN project p ON true LEFT JOIN domain d ON true`,
);

export interface SignIn {
  /** Null when there is no such user. */
  readonly row: SignInRow | null;
  /** The id of the domain that the user is said to be in, however it was named; null when there is no such domain. */
  readonly userDomainId: string | null;
}

/** The user, the credential, the scope and the roles on it, in one statement. */
export async function findSignIn(database: Database, lookup: Lookup): Promise<SignIn> {
  const { user, credential, scope } = lookup;
  const project = scope.kind === 'project' ? scope.reference : null;
  const domain = scope.kind === 'domain' ? scope.reference : null;
  const [row] = await find.all<FoundRow>(database, {
    user_id: user?.id ?? null,
    user_name: user?.name ?? null,
    user_domain_id: user?.domainId ?? null,
    user_domain_name: user?.domainName ?? null,
    credential_id: credential?.id ?? null,
    credential_name: credential?.name ?? null,
    project_id: project?.id ?? null,
    project_name: project?.name ?? null,
    project_domain_id: project?.domainId ?? null,
    project_domain_name: project?.domainName ?? null,
    domain_id: domain?.id ?? null,
    domain_name: domain?.name ?? null,
    default_project: scope.kind === 'default',
    system: scope.kind === 'system',
  });
  if (row === undefined) throw new Error(`${find.name}: no row`);
  const { home_id: userDomainId, ...found } = row;
  return { row: isFound(found) ? found : null, userDomainId };
}

type FoundRow = (SignInRow | { readonly user_id: null }) & { readonly home_id: string | null };
const isFound = (row: SignInRow | { readonly user_id: null }): row is SignInRow => row.user_id !== null;

const serviceRole = statement(
  'identity.service-role',
  `SELECT r.id, r.name FROM roles r WHERE r.name = 'service' AND r.domain_id IS NULL`,
);

/** The role by which services know each other; none where somebody has deleted it. */
export const findServiceRole = (database: Database) => serviceRole.all<Named>(database);
