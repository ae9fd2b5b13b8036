// The service's own token, with which it asks Keystone about the tokens of others, and other services.
import type { Clock } from '../clock/port.ts';
import type { Log } from '../log/port.ts';
import type { Client } from './http-client.ts';
import { actorOfAnswer } from './keystone-token.ts';
import { IdentityUnavailable, type ServiceSession, SignInRefused } from './port.ts';

/** The service user: one that Keystone lets do what the session is for. */
export interface ServiceUser {
  readonly name: string;
  readonly password: string;
  readonly project: string;
  readonly userDomain: string;
  readonly projectDomain: string;
}

/** How long before its end a token is renewed. */
const earlySeconds = 60;
/** After a failed sign-in the next one waits. */
const waitSeconds = 10;
/**
 * After a wrong password it waits much longer: it will be as wrong, and five or so lock the user out of Keystone, for
 * others who sign in as it too. A right one comes by the settings, and with them a new process.
 */
const refusedSeconds = 1800;

export function keystoneSession(
  url: string,
  user: ServiceUser,
  client: Client,
  clock: Pick<Clock, 'now'>,
  log: Log,
): ServiceSession {
  let current: { readonly token: string; readonly until: number } | null = null;
  let signingIn: Promise<string> | null = null;
  let refused: { readonly until: number; readonly error: IdentityUnavailable } | null = null;

  async function signIn(): Promise<string> {
    const { status, headers, body } = await client(`${url}/v3/auth/tokens?nocatalog`, {
      method: 'POST',
      body: { auth: { identity: identityOf(user), scope: scopeOf(user) } },
    });
    const token = headers.get('x-subject-token');
    const end = actorOfAnswer(body)?.expiresAt;
    const now = clock.now();
    if (status !== 201 || token === null || end === undefined) {
      log.error('keystone-refuses-the-service-user', { user: user.name, project: user.project, status });
      const isRefused = status === 401;
      const why = `Keystone does not let the service user ${user.name} in (${status})`;
      const error = isRefused
        ? new SignInRefused(`${why}: its password is wrong, or it may not`)
        : new IdentityUnavailable(why);
      refused = { until: now + (isRefused ? refusedSeconds : waitSeconds) * 1000, error };
      throw error;
    }
    refused = null;
    current = { token, until: now + Math.max((end - now) / 2, end - now - earlySeconds * 1000) };
    return token;
  }

  return {
    async token() {
      const now = clock.now();
      if (current !== null && current.until > now) return current.token;
      if (refused !== null && refused.until > now) throw refused.error;
      signingIn ??= signIn().finally(() => {
        signingIn = null;
      });
      return signingIn;
    },
    drop(token) {
      if (current?.token === token) current = null;
    },
  };
}

const identityOf = (user: ServiceUser) => ({
  methods: ['password'],
  password: { user: { name: user.name, password: user.password, domain: { name: user.userDomain } } },
});

const scopeOf = (user: ServiceUser) => ({
  project: { name: user.project, domain: { name: user.projectDomain } },
});
