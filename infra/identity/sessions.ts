// Who we are to other services.
import { hash } from 'node:crypto';
import type { Clock } from '../clock/port.ts';
import type { Http } from '../http/port.ts';
import type { Log } from '../log/port.ts';
import type { ExternalIdentity } from './external.ts';
import { httpClient } from './http-client.ts';
import { keystoneSession, type ServiceUser } from './keystone-session.ts';
import type { ServiceSession } from './port.ts';

interface Needs {
  readonly clock: Clock;
  readonly log: Log;
  readonly http: Http;
}

/** Node's own takes 2 µs; Web Crypto's goes through the thread pool. */
export const nodeHash = (text: string) => hash('sha256', text, 'base64');

/** A session of our own where the Keystone is the embedded one: without a password. */
type OwnSession = (user: Pick<ServiceUser, 'name' | 'project'>) => ServiceSession;

/**
 * The tokens of a user of a Keystone, with which another service is asked. `url` is without /v3; null: the embedded
 * one, whose sessions `own` makes. A user has one session, so that a wrong password is tried once and not by each who
 * asks.
 */
export function serviceSessions(needs: Needs, own?: OwnSession) {
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
