// The identity adapters as a Cloudflare Worker has them: built without Node's built-ins, run by workerd.
import { systemClock } from '../../infra/clock/system.ts';
import { keystoneIdentity } from '../../infra/identity/keystone.ts';
import { oidcIdentity } from '../../infra/identity/oidc.ts';
import { type Identity, IdentityUnavailable } from '../../infra/identity/port.ts';
import { silentLog } from '../../infra/log/lines.ts';

interface Variables {
  readonly ISSUER: string;
  readonly KEYSTONE: string;
  readonly PASSWORD: string;
}

const common = { http: fetch.bind(globalThis), clock: systemClock(), log: silentLog };
const made = new Map<string, Identity>();

function identityOf(path: string, { ISSUER, KEYSTONE, PASSWORD }: Variables): Identity {
  const known = made.get(path);
  if (known !== undefined) return known;
  const user = { name: 'admin', password: PASSWORD, project: 'admin', userDomain: 'Default', projectDomain: 'Default' };
  const identity =
    path === '/keystone'
      ? keystoneIdentity({ ...common, url: KEYSTONE, user })
      : oidcIdentity({ ...common, issuer: ISSUER, audience: 'scoria', jwksUrl: null });
  made.set(path, identity);
  return identity;
}

export default {
  async fetch(request: Request, variables: Variables): Promise<Response> {
    try {
      const identity = identityOf(new URL(request.url).pathname, variables);
      const actor = await identity.authenticate(request.headers.get('x-auth-token') ?? '');
      if (actor === null) return Response.json(null, { status: 401 });
      return Response.json({ ...actor, roles: [...actor.roles] });
    } catch (error) {
      if (error instanceof IdentityUnavailable) return Response.json(error.message, { status: 503 });
      throw error;
    }
  },
};
