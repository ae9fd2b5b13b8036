// Identity by a Keystone that is not ours: asks it about each token once, and remembers the answer for a while.
import type { CryptoKey } from 'jose';
import type { Clock } from '../clock/port.ts';
import type { Http } from '../http/port.ts';
import type { Log } from '../log/port.ts';
import { type Client, httpClient, type Reply } from './http-client.ts';
import { isSigned } from './keystone-jws.ts';
import { keystoneSession, type ServiceUser } from './keystone-session.ts';
import { actorOfAnswer } from './keystone-token.ts';
import { type Identity, IdentityUnavailable, type ServiceSession } from './port.ts';
import { type Found, type TokenCacheOptions, tokenCache } from './token-cache.ts';

export interface KeystoneOptions extends Omit<TokenCacheOptions, 'clock'> {
  /** Without /v3: `https://keystone.example:5000`. */
  readonly url: string;
  /** One that may validate tokens: with the role `service` or `admin`. */
  readonly user: ServiceUser;
  readonly http: Http;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** Where Keystone makes JWS tokens: its public keys. Then no other token is asked about. */
  readonly jwsKeys?: readonly CryptoKey[];
  /** Of each try to reach Keystone. Default 5000. */
  readonly timeoutMilliseconds?: number;
  /** The most tokens that are asked about at once; more are refused with 503. Default 256. */
  readonly mostAsked?: number;
}

/** What a token may look like. A text that no header can carry is no token. */
const tokenPattern = /^[\x21-\x7e]{1,16384}$/;

/**
 * Says whom a token stands for as Keystone does, at most `goodSeconds` behind it. Throws IdentityUnavailable when
 * Keystone cannot be asked and the answer is not remembered.
 */
export function keystoneIdentity(options: KeystoneOptions): Identity {
  const { url, clock, log, jwsKeys, mostAsked = 256 } = options;
  const client = httpClient(options);
  const session = keystoneSession(url, options.user, client, clock, log);
  const cache = tokenCache(options);
  let asked = 0;

  async function find(token: string, allowExpired: boolean): Promise<Found> {
    const now = clock.now();
    if (jwsKeys !== undefined && !(await isSigned(token, jwsKeys, allowExpired ? null : now))) return nobody;
    if (asked >= mostAsked) throw new IdentityUnavailable('too many tokens are being asked about');
    asked += 1;
    try {
      const path = `${url}/v3/auth/tokens?nocatalog${allowExpired ? '&allow_expired=1' : ''}`;
      // Only who says that it holds tokens to their access rules is told of tokens that have some.
      const headers = { 'X-Subject-Token': token, 'OpenStack-Identity-Access-Rules': '1.0' };
      return foundIn(await ask(path, client, session, headers), clock.now(), allowExpired);
    } finally {
      asked -= 1;
    }
  }

  return {
    async authenticate(token, { allowExpired = false } = {}) {
      if (!tokenPattern.test(token)) return null;
      return cache(allowExpired ? 'expired ' : '', token, () => find(token, allowExpired));
    },
    ready: atMostEvery(readySeconds, clock, async () => {
      await session.token();
      await client(`${url}/v3`, { method: 'GET' });
    }),
    async projectExists(id) {
      try {
        const { status } = await ask(`${url}/v3/projects/${encodeURIComponent(id)}`, client, session);
        return status === 404 ? false : status === 200 || null;
      } catch (error) {
        if (error instanceof IdentityUnavailable) return null;
        throw error;
      }
    },
  };
}

/** Probes come every second from several balancers; Keystone need not notice. */
const readySeconds = 5;

/** Does it, or repeats what it came to a moment ago. */
function atMostEvery(seconds: number, clock: Pick<Clock, 'now'>, act: () => Promise<void>): () => Promise<void> {
  let last: { readonly at: number; readonly done: Promise<void> } | null = null;
  return () => {
    const at = clock.now();
    if (last === null || last.at <= at - seconds * 1000) last = { at, done: act() };
    return last.done;
  };
}

const nobody: Found = { actor: null, until: 0 };

/** Asks as ourselves; once more with a new token of our own when Keystone refuses ours. */
async function ask(
  url: string,
  client: Client,
  session: ServiceSession,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  for (let again = false; ; again = true) {
    const own = await session.token();
    const reply = await client(url, { method: 'GET', headers: { 'X-Auth-Token': own, ...headers } });
    if (reply.status !== 401) return reply;
    session.drop(own);
    if (again) throw new IdentityUnavailable("Keystone refuses the service's own token");
  }
}

function foundIn({ status, body }: Reply, now: number, allowExpired: boolean): Found {
  if (status === 404 || status === 400) return nobody;
  if (status === 403) throw new IdentityUnavailable('Keystone does not let the service user validate tokens');
  const actor = status === 200 ? actorOfAnswer(body) : null;
  if (actor === null) throw new IdentityUnavailable(`Keystone answered ${status} in a form that is not its API's`);
  if (allowExpired) return { actor, until: Number.POSITIVE_INFINITY };
  return actor.expiresAt <= now ? nobody : { actor, until: actor.expiresAt };
}
