// The people of the tests with real tokens: signed, checked and refused by the embedded identity.
import { generateKeyPair } from 'jose';
import { systemClock } from '../../infra/clock/system.ts';
import type { Database } from '../../infra/database/port.ts';
import { type EmbeddedIdentity, embeddedIdentity } from '../../infra/identity/embedded.ts';
import { memoryKeyStore } from '../../infra/identity/key-store.ts';
import { scryptPasswords } from '../../infra/identity/passwords.ts';
import type { Actor, Grant } from '../../infra/identity/port.ts';
import { signingKeys } from '../../infra/identity/signing-keys.ts';
import { sign } from '../../infra/identity/token.ts';
import { systemIds } from '../../infra/ids/system.ts';
import { silentLog } from '../../infra/log/lines.ts';
import { people } from './people.ts';

const domain = { id: 'default', name: 'Default' };
const lifeSeconds = 3600;

/** What the embedded Keystone would put into a token of that actor. */
function grantOf(actor: Actor, issuedAt: number): Grant {
  return {
    user: { id: actor.userId, name: actor.userName, domain },
    project: actor.projectId === null ? null : { id: actor.projectId, name: actor.projectId, domain },
    domain: actor.domainId === null ? null : domain,
    isSystem: actor.isSystem,
    roles: [...actor.roles].map((name) => ({ id: `r-${name}`, name })),
    methods: ['password'],
    parentAuditId: null,
    credential: null,
    issuedAt,
    notAfter: null,
  };
}

export interface RealTokens extends EmbeddedIdentity {
  /** By the person's name; `expired` and `forged` were an admin's. */
  readonly tokens: Readonly<Record<string, string>>;
}

/** The embedded identity on that database, and a token for everybody. */
export async function realTokens(database: Database): Promise<RealTokens> {
  const clock = systemClock();
  const ids = systemIds();
  const keys = signingKeys({ store: memoryKeyStore(), clock, ids });
  const passwords = scryptPasswords({ cost: 1024 });
  const embedded = embeddedIdentity({ database, clock, ids, log: silentLog, keys, passwords, lifeSeconds });
  const tokens: Record<string, string> = {};
  for (const [name, actor] of Object.entries(people)) {
    tokens[name] = (await embedded.keystone.issue(grantOf(actor, clock.now()))).token;
  }
  const { admin } = people;
  if (admin === undefined) throw new Error('there is no admin among the people');
  tokens.expired = (await embedded.keystone.issue(grantOf(admin, clock.now() - lifeSeconds * 1000))).token;
  const alien = { ...(await keys.newest()), ...(await generateKeyPair('ES256')) };
  tokens.forged = await sign(
    { ...grantOf(admin, clock.now()), auditIds: ['forged'], expiresAt: clock.now() + lifeSeconds * 1000 },
    { ...keys, newest: async () => alien },
    { issuer: 'scoria', audience: 'scoria' },
  );
  await embedded.load();
  return { ...embedded, tokens };
}
