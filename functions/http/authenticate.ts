// Who asks: the actors of the tokens in a request's headers.
import type { Actor, Identity } from '../../infra/identity/port.ts';
import { unauthorized } from './faults.ts';
import type { Kernel } from './kernel.ts';

/** Who asks where no token is needed. */
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
 * Whom the token of a request stands for, with the service that passes it on. Throws the 401 when it has no token that
 * is good; one of a service that is not good counts as none.
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

/** A token with access rules vouches for nobody: it may be used for the requests that they name, and for no other's. */
const vouching = (service: Actor | null) => (service?.accessRules === undefined ? service : null);

/** A service goes on with what a user began, and may be slower than the user's token lives. */
function authenticateExpired(identity: Identity, token: string, service: Actor | null): Promise<Actor | null> | null {
  return service?.roles.has('service') ? identity.authenticate(token, { allowExpired: true }) : null;
}

/** Null too for a text that is longer than any token. */
function tokenOf(kernel: Kernel, headers: Headers, name: string): string | null {
  const token = headers.get(name);
  return token === null || token === '' || token.length > kernel.settings.limits.maxTokenBytes ? null : token;
}
