// Who asks: the actors of the tokens in a request's headers.
import type { Actor } from '../../infra/identity/port.ts';
import { unauthorized } from './faults.ts';
import type { Kernel } from './kernel.ts';

/** Who asks where no token is needed. */
export const nobody: Actor = {
  userId: '',
  userName: '',
  projectId: null,
  domainId: null,
  isSystem: false,
  roles: new Set(),
  expiresAt: 0,
};

/** Whom the token of a request stands for. Throws the 401 when it has none that is good. */
export async function authenticate(kernel: Kernel, headers: Headers): Promise<Actor> {
  const token = tokenOf(kernel, headers, 'x-auth-token');
  if (token === null) throw unauthorized();
  const { identity } = kernel.ports;
  const actor = (await identity.authenticate(token)) ?? (await authenticateExpired(kernel, headers, token));
  if (actor === null) throw unauthorized();
  return kernel.policy.admit(actor);
}

/** A service goes on with what a user began, and may be slower than the user's token lives. */
async function authenticateExpired(kernel: Kernel, headers: Headers, token: string): Promise<Actor | null> {
  const service = await authenticateService(kernel, headers);
  return service?.roles.has('service') ? kernel.ports.identity.authenticate(token, { allowExpired: true }) : null;
}

/** The actor of X-Service-Token; null when there is no good one. */
export async function authenticateService(kernel: Kernel, headers: Headers): Promise<Actor | null> {
  const token = tokenOf(kernel, headers, 'x-service-token');
  return token === null ? null : kernel.ports.identity.authenticate(token);
}

/** Null too for a text that is longer than any token. */
function tokenOf(kernel: Kernel, headers: Headers, name: string): string | null {
  const token = headers.get(name);
  return token === null || token === '' || token.length > kernel.settings.limits.maxTokenBytes ? null : token;
}
