// The embedded Keystone's rows, as statements return them. JSON comes as text.

/** The domain that everybody is in who names none. */
export const defaultDomainId = 'default';

export interface DomainRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
}

export interface ProjectRow extends DomainRow {
  readonly domain_id: string;
  /** The project above it; null: it stands in its domain. */
  readonly parent_id: string | null;
  /** A JSON array of texts. */
  readonly tags: string;
}

export interface UserGroupRow {
  readonly id: string;
  readonly domain_id: string;
  readonly name: string;
  readonly description: string;
}

/** Never with its password. */
export interface UserRow {
  readonly id: string;
  readonly domain_id: string;
  readonly name: string;
  readonly email: string | null;
  readonly description: string | null;
  readonly default_project_id: string | null;
  readonly enabled: boolean;
}

export interface RoleRow {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly immutable: boolean;
}

export interface RoleAssignmentRow {
  readonly id: string;
  readonly role_id: string;
  readonly role_name: string;
  /** Of a user or of a group; the other is null. */
  readonly user_id: string | null;
  readonly user_name: string | null;
  readonly group_id: string | null;
  readonly group_name: string | null;
  /** The domain of the user or group. */
  readonly actor_domain_id: string;
  readonly actor_domain_name: string;
  /** For the projects of the domain, or for those below the project. */
  readonly inherited: boolean;
  readonly project_id: string | null;
  readonly project_name: string | null;
  readonly project_domain_id: string | null;
  readonly project_domain_name: string | null;
  readonly domain_id: string | null;
  readonly domain_name: string | null;
}

/** Never with its secret. */
export interface ApplicationCredentialRow {
  readonly id: string;
  readonly user_id: string;
  readonly project_id: string;
  readonly name: string;
  readonly description: string | null;
  readonly unrestricted: boolean;
  readonly expires_at: string | null;
  /** A JSON array of `{id, name}`. */
  readonly roles: string;
}

/** A service of the catalog. */
export interface CatalogServiceRow {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
}

export type EndpointInterface = 'public' | 'internal' | 'admin';

export interface EndpointRow {
  readonly id: string;
  readonly service_id: string;
  readonly interface: EndpointInterface;
  readonly region_id: string | null;
  /** With `$(project_id)s` where a token's project goes. */
  readonly url: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly enabled: boolean;
}

export interface RegionRow {
  readonly id: string;
  readonly parent_region_id: string | null;
  readonly description: string;
}
