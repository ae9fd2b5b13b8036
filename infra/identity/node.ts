// Chooses who checks tokens on Node: the embedded Keystone, another Keystone, or an OpenID issuer.
import { hash } from 'node:crypto';
import type { Clock } from '../clock/port.ts';
import type { Database } from '../database/port.ts';
import type { Http } from '../http/port.ts';
import type { Ids } from '../ids/port.ts';
import type { Log } from '../log/port.ts';
import { type EmbeddedIdentity, embeddedIdentity } from './embedded.ts';
import { httpClient } from './http-client.ts';
import type { KeyStore } from './key-store.ts';
import { type KeystoneOptions, keystoneIdentity } from './keystone.ts';
import { keystoneSession, type ServiceUser } from './keystone-session.ts';
import { type OidcOptions, oidcIdentity } from './oidc.ts';
import { scryptPasswords } from './passwords.ts';
import type { Identity, ServiceSession } from './port.ts';
import { type SigningKeys, signingKeys } from './signing-keys.ts';

/** An identity that is not ours. */
export type ExternalIdentity =
  | ({ readonly kind: 'keystone' } & Pick<KeystoneOptions, 'url' | 'user' | 'jwsKeys'>)
  | ({ readonly kind: 'oidc' } & Pick<OidcOptions, 'issuer' | 'audience' | 'jwksUrl' | 'mapping'>);

export interface NodeIdentityOptions {
  readonly tokenSeconds: number;
  /** Whether wrong passwords are counted together with other processes on the database. */
  readonly sharesCounters: boolean;
  /** To these no account of the embedded one is closed: see GuessOptions. */
  readonly operatorAddresses: readonly string[];
  /** Null: the embedded one. */
  readonly external: ExternalIdentity | null;
}

interface Needs {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly http: Http;
  /** Where the embedded one keeps its signing keys. */
  readonly signingKeys: KeyStore;
}

export interface NodeIdentity {
  readonly ports: { readonly identity: Identity; readonly keystone?: EmbeddedIdentity['keystone'] };
  /** What it reads at start, so that the first request need not wait. An external one that is away is only logged. */
  load(): Promise<void>;
  /** Of the embedded one. */
  readonly keys: SigningKeys | null;
}

export function nodeIdentity(of: NodeIdentityOptions, needs: Needs): NodeIdentity {
  const { external, tokenSeconds, sharesCounters, operatorAddresses } = of;
  if (external === null) {
    const keys = signingKeys({ store: needs.signingKeys, ...needs });
    const options = {
      ...needs,
      keys,
      passwords: scryptPasswords({ now: () => needs.clock.now() }),
      lifeSeconds: tokenSeconds,
      isShared: sharesCounters,
      guesses: { operators: operatorAddresses },
    };
    const { identity, keystone, load } = embeddedIdentity(options);
    return { ports: { identity, keystone }, load, keys };
  }
  // Node's own takes 2 µs; Web Crypto's goes through the thread pool.
  const hashOf = (text: string) => hash('sha256', text, 'base64');
  const identity =
    external.kind === 'keystone'
      ? keystoneIdentity({ ...external, ...needs, hash: hashOf })
      : oidcIdentity({ ...external, ...needs });
  const load = async () => {
    await identity.ready?.().catch((error: unknown) => {
      needs.log.warn('identity-unavailable-at-start', { reason: error instanceof Error ? error.message : '' });
    });
  };
  return { ports: { identity }, load, keys: null };
}

/** A session of our own where the Keystone is the embedded one: without a password. */
type OwnSession = (user: Pick<ServiceUser, 'name' | 'project'>) => ServiceSession;

/**
 * The tokens of a user of a Keystone, with which another service is asked. `url` is without /v3; null: the embedded one, whose
 * sessions `own` makes. A user has one session, so that a wrong password is tried once and not by each who asks.
 */
export function serviceSessions(needs: Pick<Needs, 'http' | 'clock' | 'log'>, own?: OwnSession) {
  const known = new Map<string, ServiceSession>();
  return (url: string | null, user: ServiceUser): ServiceSession => {
    const key = JSON.stringify([url, user]);
    const before = known.get(key);
    if (before !== undefined) return before;
    if (url === null && own === undefined) throw new Error('there is no embedded Keystone to be asked as oneself');
    const { http, clock, log } = needs;
    const made =
      url === null && own !== undefined
        ? own(user)
        : keystoneSession(url ?? '', user, httpClient({ http }), clock, log);
    known.set(key, made);
    return made;
  };
}

/** Who the service is to other services; null where tokens come from an OpenID issuer, at which nobody can sign in. */
export function serviceOf(external: ExternalIdentity | null, session: ReturnType<typeof serviceSessions>) {
  if (external === null) return session(null, embeddedService);
  return external.kind === 'keystone' ? session(external.url, external.user) : null;
}

const embeddedService: ServiceUser = {
  name: 'admin',
  password: '',
  project: 'admin',
  userDomain: 'Default',
  projectDomain: 'Default',
};
