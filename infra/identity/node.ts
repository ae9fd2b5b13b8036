// Chooses who checks tokens on Node: the embedded Keystone, another Keystone, or an OpenID issuer.
import type { Clock } from '../clock/port.ts';
import type { Database } from '../database/port.ts';
import type { Http } from '../http/port.ts';
import type { Ids } from '../ids/port.ts';
import type { Log } from '../log/port.ts';
import { type EmbeddedIdentity, embeddedIdentity } from './embedded.ts';
import { type ExternalIdentity, externalIdentity } from './external.ts';
import type { KeyStore } from './key-store.ts';
import { scryptPasswords } from './passwords.ts';
import type { Identity } from './port.ts';
import { type SigningKeys, signingKeys } from './signing-keys.ts';

export type { ExternalIdentity } from './external.ts';
export { serviceOf, serviceSessions } from './sessions.ts';

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
  const identity = externalIdentity(external, needs);
  const load = async () => {
    await identity.ready?.().catch((error: unknown) => {
      needs.log.warn('identity-unavailable-at-start', { reason: error instanceof Error ? error.message : '' });
    });
  };
  return { ports: { identity }, load, keys: null };
}
