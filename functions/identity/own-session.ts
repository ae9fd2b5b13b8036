// The service's own tokens where the Keystone is the embedded one: it issues them to itself, and needs no password
// for that.
import type { Clock } from '../../infra/clock/port.ts';
import type { Database } from '../../infra/database/port.ts';
import { IdentityUnavailable, type Keystone, type ServiceSession } from '../../infra/identity/port.ts';
import { defaultDomainId } from '../../schema/identity.ts';
import { grantOf } from './tokens/grant.ts';
import { findServiceRole, findSignIn } from './tokens/store.ts';

interface Needs {
  readonly database: Database;
  readonly clock: Pick<Clock, 'now'>;
  readonly keystone: Keystone;
}

export interface OwnUser {
  readonly name: string;
  readonly project: string;
}

/** How long before its end a token is renewed. */
const earlyMilliseconds = 60_000;

/**
 * Tokens of that user and project of the domain Default, with the roles that the user has there and the role
 * `service`: by that other services know that a request which passes a user's token on comes from a service.
 */
export function ownSession({ database, clock, keystone }: Needs, { name, project }: OwnUser): ServiceSession {
  let current: { readonly token: string; readonly until: number } | null = null;

  async function issue(): Promise<string> {
    const issuedAt = Math.floor(clock.now());
    const named = (one: string) => ({ id: null, name: one, domainId: defaultDomainId, domainName: null });
    const scope = { kind: 'project', reference: named(project) } as const;
    const [{ row }, roles] = await Promise.all([
      findSignIn(database, { user: named(name), credential: null, scope }),
      findServiceRole(database),
    ]);
    const none = () => new IdentityUnavailable(`there is no user ${name} with a role on the project ${project}`);
    if (row === null || !row.user_enabled || row.roles === null) throw none();
    const proofs = { user: named(name), credential: null, scope, methods: ['password'] };
    const grant = grantOf({ ...proofs, password: null, secret: null, token: null }, row, issuedAt);
    const more = roles.filter((role) => !grant.roles.some(({ id }) => id === role.id));
    const { token, claims } = await keystone.issue({ ...grant, roles: [...grant.roles, ...more] });
    current = { token, until: claims.expiresAt - earlyMilliseconds };
    return token;
  }

  return {
    async token() {
      // Read again after what has revoked it: a role, the user, the project.
      const isGood = current !== null && current.until > clock.now() && (await keystone.read(current.token)) !== null;
      return isGood && current !== null ? current.token : issue();
    },
    drop(token) {
      if (current?.token === token) current = null;
    },
  };
}
