// Who sends a request: the actors of the tokens in its headers.
import type { Actor, Identity } from '../../infra/identity/port.ts';
import { unauthorized } from './faults.ts';
import type { Kernel } from './kernel.ts';

/** The actor of requests that need no token. */
export const nobody: Actor = {
  userId: '',
  userName: '',
  userDomainId: null,
  projectId: null,
  projectDomainId: null,
  domainId: null,
  isSystem: false,
  roles: new Set(),
  expiresAt: 0,
};

/**
 * The actor of the request's token, with the service that passes it on. Throws the 401 when there is no valid token.
 * An invalid service token counts as none.
 */
export async function authenticate(kernel: Kernel, headers: Headers): Promise<Actor> {
  const token = tokenOf(kernel, headers, 'x-auth-token');
  if (token === null) throw unauthorized();
  const { identity } = kernel.ports;
  const actor = await identity.authenticate(token);
  const serviceToken = tokenOf(kernel, headers, 'x-service-token');
  const service = serviceToken === null ? null : vouching(await identity.authenticate(serviceToken));
  const found = actor ?? (await authenticateExpired(identity, token, service));
  if (found === null) throw unauthorized();
  return kernel.policy.admit(service === null ? found : { ...found, service });
}

/** A token with access rules does not vouch for others: it is only good for the requests that its rules name. */
const vouching = (service: Actor | null) => (service?.accessRules === undefined ? service : null);

/** A service continues what a user began, and may take longer than the user's token is valid. */
function authenticateExpired(identity: Identity, token: string, service: Actor | null): Promise<Actor | null> | null {
  return service?.roles.has('service') ? identity.authenticate(token, { allowExpired: true }) : null;
}

/** Null also for a text that is longer than any token. */
function tokenOf(kernel: Kernel, headers: Headers, name: string): string | null {
  const token = headers.get(name);
  return token === null || token === '' || token.length > kernel.settings.limits.maxTokenBytes ? null : token;
}
