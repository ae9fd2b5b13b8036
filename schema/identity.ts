// The embedded Keystone's rows, as statements return them. JSON comes as text.

/** The domain that everybody is in who names none. */
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
  /** A JSON object: the attributes that clients have added. Of users, groups and roles too. */
  readonly extra: string;
}

export interface ProjectRow extends DomainRow {
  /** Null: it is a domain, seen as the project that it acts as. */
  readonly domain_id: string | null;
  /** The project above it; null: it stands in its domain. */
  readonly parent_id: string | null;
}

export interface UserGroupRow {
  readonly id: string;
  readonly domain_id: string;
  readonly name: string;
  readonly description: string;
  readonly extra: string;
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
  /** A JSON object: UserOptions. */
  readonly options: string;
  readonly extra: string;
}

/** What an admin may say of how a user signs in. */
export interface UserOptions {
  /** Nobody has to change a password at first here, so this is so whatever it says. */
  readonly ignore_change_password_upon_first_use?: boolean;
  /** Nor does any password expire. */
  readonly ignore_password_expiry?: boolean;
  /** Wrong passwords never close the account. */
  readonly ignore_lockout_failure_attempts?: boolean;
  /** The user cannot change the password itself. */
  readonly lock_password?: boolean;
  readonly multi_factor_auth_enabled?: boolean;
  /** All methods of one of them are needed to sign in. */
  readonly multi_factor_auth_rules?: readonly (readonly string[])[];
}

export interface RoleRow {
  readonly id: string;
  readonly name: string;
  /** A role of a domain is in no token: what it implies is. Null: a role for all domains. */
  readonly domain_id: string | null;
  readonly description: string | null;
  /** It is not changed before this is taken off. */
  readonly immutable: boolean;
  readonly extra: string;
}

export interface RoleAssignmentRow {
  readonly id: string;
  readonly role_id: string;
  readonly role_name: string;
  readonly role_domain_id: string | null;
  readonly role_domain_name: string | null;
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
