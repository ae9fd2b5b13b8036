// How the claims of an OpenID issuer become a user, a project and roles: a small file of the operator's.
import type { Actor } from './port.ts';
import { roleSet } from './roles.ts';

/** A claim by its name, or by its path within claims: `"realm_access.roles"`, `["https://example.test/roles"]`. */
export type ClaimPath = string | readonly string[];

export interface Mapping {
  /** Default `sub`. */
  readonly user_id: ClaimPath;
  /** Default `preferred_username`; the id where it is missing. */
  readonly user_name: ClaimPath;
  /** Default `user_domain_id`. */
  readonly user_domain_id: ClaimPath;
  /** Default `project_id`. */
  readonly project_id: ClaimPath;
  /** Default `project_domain_id`. */
  readonly project_domain_id: ClaimPath;
  /** Default `domain_id`. */
  readonly domain_id: ClaimPath;
  /** A list of texts, or one text with spaces between. Default `roles`. */
  readonly roles: ClaimPath;
  /**
   * What a value of `roles` gives. With a map a value that is not in it gives nothing; without, it is the role's
   * name.
   */
  readonly role_map?: Readonly<Record<string, readonly string[]>>;
}

export const defaultMapping: Mapping = {
  user_id: 'sub',
  user_name: 'preferred_username',
  user_domain_id: 'user_domain_id',
  project_id: 'project_id',
  project_domain_id: 'project_domain_id',
  domain_id: 'domain_id',
  roles: 'roles',
};

/** Reads the text of a mapping file. Throws an Error that says what is wrong. */
export function readMapping(text: string): Mapping {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is no JSON object');
  const known = new Set([...Object.keys(defaultMapping), 'role_map']);
  for (const [name, one] of Object.entries(value)) {
    if (!known.has(name)) throw new Error(`"${name}" is not one of ${[...known].join(', ')}`);
    if (name === 'role_map' ? !isRoleMap(one) : !isPath(one)) throw new Error(`"${name}" has the wrong form`);
  }
  return { ...defaultMapping, ...value };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.length > 0 && value.every(isText);
const isPath = (value: unknown) => isText(value) || isTexts(value);
const isRoleMap = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isTexts);

type Claims = Readonly<Record<string, unknown>>;

/** A claim, by its whole name first: names are often URLs, which have points in them. */
function claimOf(claims: Claims, path: ClaimPath): unknown {
  if (typeof path === 'string') {
    if (Object.hasOwn(claims, path)) return claims[path];
    if (!path.includes('.')) return undefined;
  }
  let at: unknown = claims;
  for (const name of typeof path === 'string' ? path.split('.') : path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Claims)[name]; // it has that key of its own
  }
  return at;
}

/** Ids go into SQL as parameters and into logs and URLs as they are: nothing that needs quoting is one. */
const idShape = /^[\w.:@|/+=-]{1,255}$/;
const projectShape = /^[\w.-]{1,64}$/;

/** What Keystone's default roles imply. */
const implied: Readonly<Record<string, readonly string[]>> = {
  admin: ['manager', 'member', 'reader'],
  manager: ['member', 'reader'],
  member: ['reader'],
};

/** A role with those that it implies. */
export const withImplied = (role: string): string[] => [
  role,
  ...(Object.hasOwn(implied, role) ? (implied[role] ?? []) : []),
];

/** The actor of verified claims; null when they name no user, or something that can be no id. */
export function actorOfClaims(claims: Claims, mapping: Mapping): Actor | null {
  const userId = claimOf(claims, mapping.user_id);
  if (typeof userId !== 'string' || !idShape.test(userId)) return null;
  const projectId = claimOf(claims, mapping.project_id) ?? null;
  if (projectId !== null && (typeof projectId !== 'string' || !projectShape.test(projectId))) return null;
  const name = claimOf(claims, mapping.user_name);
  const domain = (path: ClaimPath) => {
    const id = claimOf(claims, path);
    return typeof id === 'string' && projectShape.test(id) ? id : null;
  };
  return {
    userId,
    userName: isText(name) ? name.slice(0, 255) : userId,
    userDomainId: domain(mapping.user_domain_id),
    projectId,
    // A token has one scope: the domain of one with a project is only where the project stands.
    projectDomainId: projectId === null ? null : domain(mapping.project_domain_id),
    domainId: projectId === null ? domain(mapping.domain_id) : null,
    isSystem: false,
    roles: rolesOf(claimOf(claims, mapping.roles), mapping),
    expiresAt: Number(claims.exp) * 1000,
  };
}

function rolesOf(value: unknown, { role_map: map }: Mapping): ReadonlySet<string> {
  const roles: string[] = [];
  const add = (name: string) => {
    const role = name.trim().toLowerCase();
    if (role !== '') roles.push(...withImplied(role));
  };
  const values: readonly unknown[] = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : [];
  for (const one of values) {
    if (!isText(one)) continue;
    if (map === undefined) add(one);
    else if (Object.hasOwn(map, one)) for (const name of map[one] ?? []) add(name);
  }
  return roleSet(roles);
}
