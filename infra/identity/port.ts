/** Who makes a request, as a token says it. */
export interface Actor {
  readonly userId: string;
  readonly userName: string;
  /** Null where the identity knows no domains. */
  readonly userDomainId: string | null;
  /** Null for a domain, system or unscoped token. */
  readonly projectId: string | null;
  /** Where the project stands; null without a project, or where the identity knows no domains. */
  readonly projectDomainId: string | null;
  /** The domain that the token is for; null for any other token, also one of a project in a domain. */
  readonly domainId: string | null;
  readonly isSystem: boolean;
  /** Role names with the implied ones, lower case. */
  readonly roles: ReadonlySet<string>;
  /** When the token ends, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** False when Keystone has an admin project and the token's is another one. */
  readonly isAdminProject?: boolean;
  /** The service that passes the request on, when it showed a good token of its own (X-Service-Token). */
  readonly service?: Actor;
  /** The only requests that the token may be used for; absent: all that the roles allow. */
  readonly accessRules?: readonly AccessRule[];
}

/** What an application credential may be used for, beside what its roles allow. */
export interface AccessRule {
  /** A type of the catalog: `volumev3`, `block-storage`. */
  readonly service: string;
  readonly method: string;
  /** With `*` and `{name}` for a segment, `**` for anything. */
  readonly path: string;
}

export interface AuthenticateOptions {
  /**
   * Takes a token that is over too, within the time that Keystone allows: for work that a user began and a service
   * goes on with. Only for requests that also bear a valid service token.
   */
  readonly allowExpired?: boolean;
}

export interface Identity {
  /**
   * Says whom a token stands for; null when it is not valid now. Throws IdentityUnavailable when that cannot be
   * found out, so that the request is refused and not let through.
   */
  authenticate(token: string, options?: AuthenticateOptions): Promise<Actor | null>;
  /** Resolves when tokens can be checked now; rejects with IdentityUnavailable. Absent: always. */
  ready?(): Promise<void>;
  /** Whether there is such a project; null when that cannot be found out now. Absent: it never can. */
  projectExists?(id: string): Promise<boolean | null>;
}

export class IdentityUnavailable extends Error {}

/** The service's own sign-in was refused: its password is wrong, or the user may not. Trying again changes nothing. */
export class SignInRefused extends IdentityUnavailable {}

/**
 * More passwords are to be checked than there is time for. Nothing is wrong with the password, which nobody has
 * looked at.
 */
export class TooManySignIns extends IdentityUnavailable {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super('too many passwords are being checked');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The tokens of the service itself, with which it asks other services. */
export interface ServiceSession {
  /** A token that is not about to end. Throws IdentityUnavailable when none can be had. */
  token(): Promise<string>;
  /** Says that this token was refused: the next one is a new one. */
  drop(token: string): void;
}

/** A domain or a role as tokens name it. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** A user or a project as tokens name it. */
export interface InDomain extends Named {
  readonly domain: Named;
}

/** What somebody who has proved who they are is given. At most one of project, domain and system is its scope. */
export interface Grant {
  readonly user: InDomain;
  readonly project: InDomain | null;
  readonly domain: Named | null;
  readonly isSystem: boolean;
  /** With the implied ones. */
  readonly roles: readonly Named[];
  /** The ids of domains' roles that brought some of them: the token ends with those too. */
  readonly through?: readonly string[];
  readonly methods: readonly string[];
  /** The audit id of the token that this one was made from. */
  readonly parentAuditId: string | null;
  readonly credential: TokenCredential | null;
  /** Taken before anything was read for the token, so that whatever is revoked meanwhile takes the token with it. */
  readonly issuedAt: number;
  /** The token ends at this time if its life is longer; milliseconds since 1970. */
  readonly notAfter: number | null;
}

/** The application credential that a token was made with. */
export interface TokenCredential extends Named {
  /** It may make no further credentials. */
  readonly isRestricted: boolean;
  readonly accessRules?: readonly (AccessRule & { readonly id: string })[];
}

/** What a token says: all that showing it needs, so that it costs no SQL. Times in milliseconds since 1970. */
export interface TokenClaims extends Omit<Grant, 'parentAuditId' | 'notAfter'> {
  /** The token's own audit id comes first. */
  readonly auditIds: readonly string[];
  readonly expiresAt: number;
}

/** Passwords as they may be kept: hashed slowly, with a salt. */
export interface Passwords {
  /** The text to keep. Throws TooManySignIns when too many wait. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password is the one that was hashed. Takes as long when `encoded` is null (nobody has that name).
   * Throws TooManySignIns when too many wait. Without a try it is one of our own.
   */
  verify(password: string, encoded: string | null, one?: Try): Promise<boolean>;
  /**
   * Does the work of a sign-in, looking the account up included, when its turn comes, so that a flood does not even
   * reach the database. `account`: as the client names it. Work that throws found the password wrong. Throws
   * TooManySignIns, and does nothing, when too many wait.
   */
  admit<T>(one: Try, password: string, work: () => Promise<T>): Promise<T>;
  /** This will be the password of whom clients name so: admit() lets it in at once. */
  expect(account: string, password: string): void;
}

/** Somebody tries a password. */
export interface Try {
  /** The same however the account is named, and whether it exists or not. */
  readonly account: string;
  /** As limits count it; null: not known. */
  readonly address: string | null;
}

/** Counts wrong passwords, so that they cannot be guessed: by address and account together, and by account. */
export interface Guesses {
  /** How many seconds this one has to wait before its password counts, as far as it is known here; 0: it need not. */
  wait(one: Try): number;
  wrong(one: Try): Promise<void>;
  /**
   * The password was right. Returns what wait() does: not 0 when others were found wrong meanwhile, and it counts for
   * nothing.
   */
  right(one: Try): Promise<number>;
}

/** The embedded Keystone's own needs, beside checking tokens: making, reading and revoking them. */
export interface Keystone {
  readonly passwords: Passwords;
  readonly guesses: Guesses;
  /** How long a revocation is kept: after it no token is taken any more, not even as one that is over. */
  readonly keepSeconds: number;
  issue(grant: Grant): Promise<{ readonly token: string; readonly claims: TokenClaims }>;
  /** What a valid token says; null for any other. Throws IdentityUnavailable like authenticate(). */
  read(token: string, options?: AuthenticateOptions): Promise<TokenClaims | null>;
  /** Ends the tokens of these subjects that were issued until now, here at once and elsewhere within seconds. */
  revoke(subjects: readonly string[]): Promise<void>;
  /** Like revoke(), for subjects that the caller's own statement has already written to the table. */
  noteRevoked(subjects: readonly string[], at: number): void;
}

/** The things whose tokens can be revoked together, as the table of revocations names them. */
export const subject = {
  token: (auditId: string) => `token:${auditId}`,
  user: (id: string) => `user:${id}`,
  /** Everything in a domain: its users, its projects, and itself as a scope. */
  domain: (id: string) => `domain:${id}`,
  project: (id: string) => `project:${id}`,
  role: (id: string) => `role:${id}`,
  credential: (id: string) => `credential:${id}`,
  /** A user's tokens for one scope: `project:ID`, `domain:ID` or `system`. */
  grant: (userId: string, scope: string) => `grant:${userId}:${scope}`,
} as const;
