// The embedded Keystone's rows, as statements return them. JSON comes as text.

/** The domain of everybody who names none. */
export const defaultDomainId = 'default';

export interface DomainRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  /** A JSON array of texts. */
  readonly tags: string;
  /** A JSON object of resource options. */
  readonly options: string;
  /** A JSON object: attributes that clients added. Users, groups and roles have them too. */
  readonly extra: string;
}

export interface ProjectRow extends DomainRow {
  /** Null: it is a domain, shown as the project that it also is. */
  readonly domain_id: string | null;
  /** The project above it; null: it is directly in its domain. */
  readonly parent_id: string | null;
}

export interface UserGroupRow {
  readonly id: string;
  readonly domain_id: string;
  readonly name: string;
  readonly description: string;
  readonly extra: string;
}

/** Without the password. */
export interface UserRow {
  readonly id: string;
  readonly domain_id: string;
  readonly name: string;
  readonly email: string | null;
  readonly description: string | null;
  readonly default_project_id: string | null;
  readonly enabled: boolean;
  /** A JSON object: UserOptions. */
  readonly options: string;
  readonly extra: string;
}

/** What an admin can set about how a user signs in. */
export interface UserOptions {
  /** Here nobody ever has to change a password at first use, so this holds whatever the value. */
  readonly ignore_change_password_upon_first_use?: boolean;
  /** Passwords never expire here either. */
  readonly ignore_password_expiry?: boolean;
  /** Wrong passwords never lock the account. */
  readonly ignore_lockout_failure_attempts?: boolean;
  /** The user cannot change the password itself. */
  readonly lock_password?: boolean;
  readonly multi_factor_auth_enabled?: boolean;
  /** To sign in, all methods of one of these lists are required. */
  readonly multi_factor_auth_rules?: readonly (readonly string[])[];
}

export interface RoleRow {
  readonly id: string;
  readonly name: string;
  /** A role of a domain never appears in tokens; the roles that it implies do. Null: a role for all domains. */
  readonly domain_id: string | null;
  readonly description: string | null;
  /** It cannot be changed until this is removed. */
  readonly immutable: boolean;
  readonly extra: string;
}

export interface RoleAssignmentRow {
  readonly id: string;
  readonly role_id: string;
  readonly role_name: string;
  readonly role_domain_id: string | null;
  readonly role_domain_name: string | null;
  /** Either a user or a group; the other is null. */
  readonly user_id: string | null;
  readonly user_name: string | null;
  readonly group_id: string | null;
  readonly group_name: string | null;
  /** The domain of the user or group. */
  readonly actor_domain_id: string;
  readonly actor_domain_name: string;
  /** Inherited by the projects of the domain, or by those below the project. */
  readonly inherited: boolean;
  readonly project_id: string | null;
  readonly project_name: string | null;
  readonly project_domain_id: string | null;
  readonly project_domain_name: string | null;
  readonly domain_id: string | null;
  readonly domain_name: string | null;
}

/** Without the secret. */
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
  /** A JSON array of `{id, service, method, path}`; null: whatever the roles allow. */
  readonly access_rules: string | null;
}

export interface AccessRuleRow {
  readonly id: string;
  readonly user_id: string;
  readonly service: string;
  readonly method: string;
  readonly path: string;
}

/** What a user keeps to sign in elsewhere. */
export interface UserCredentialRow {
  readonly id: string;
  readonly user_id: string;
  readonly project_id: string | null;
  /** `ec2`, `cert`, or any word. */
  readonly type: string;
  /** Sealed, where it comes from the database. */
  readonly blob: string;
}

export interface RegisteredLimitRow {
  readonly id: string;
  readonly service_id: string;
  readonly region_id: string | null;
  readonly resource_name: string;
  /** -1: none. */
  readonly default_limit: number;
  readonly description: string | null;
}

/** Of a project or of a domain; the other is null. */
export interface ProjectLimitRow {
  readonly id: string;
  readonly project_id: string | null;
  readonly domain_id: string | null;
  readonly service_id: string;
  readonly region_id: string | null;
  readonly resource_name: string;
  readonly resource_limit: number;
  readonly description: string | null;
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
