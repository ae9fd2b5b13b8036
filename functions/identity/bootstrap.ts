// The first users: without them nobody could sign in to make others.
import { timestamp } from '../../infra/clock/port.ts';
import { type Keystone, subject } from '../../infra/identity/port.ts';
import { defaultDomainId } from '../../schema/identity.ts';
import { statement } from '../../schema/statement.ts';
import type { Ports } from '../http/ports.ts';

export type BootstrapPorts = Pick<Ports, 'database' | 'clock' | 'ids'> & { readonly keystone: Keystone };

/** Who there is at first; `onSystem` gives the role on the whole system too. The admin is last: it marks the end. */
const people = [
  { user: 'demo', project: 'demo', role: 'member', onSystem: false },
  { user: 'reader', project: 'demo', role: 'reader', onSystem: false },
  { user: 'admin', project: 'admin', role: 'admin', onSystem: true },
] as const;
type Person = (typeof people)[number];

export type FirstUser = Person['user'];

type ByUser = Partial<Readonly<Record<FirstUser, string>>>;

export interface BootstrapOptions {
  /** Passwords that the operator insists on: their users exist and have them afterwards. Default none. */
  readonly passwords?: ByUser;
  /** Passwords for users that are made now and have none above. Default: made up. */
  readonly proposed?: ByUser;
}

/** What a clouds.yaml needs. */
export interface BootstrappedUser {
  readonly name: FirstUser;
  readonly userId: string;
  readonly projectName: string;
  readonly projectId: string;
  readonly domainId: string;
  /** Null: the user was there before, so only its hash is known. */
  readonly password: string | null;
}

const find = statement(
  'identity.bootstrap.find',
  `SELECT u.id, u.name, u.password, p.id AS project_id
FROM users u LEFT JOIN projects p ON p.id = u.default_project_id
WHERE u.domain_id = :domain_id::text AND u.name IN (SELECT jsonb_array_elements_text(:names::jsonb))`,
);

interface KnownUser {
  readonly id: string;
  readonly name: string;
  readonly password: string | null;
  readonly project_id: string | null;
}

/** All that one of the people needs, in one statement that changes nothing the second time. */
const ensure = statement(
  'identity.bootstrap.ensure',
  `WITH new_project AS (
  INSERT INTO projects AS p (id, domain_id, name, description, created_at)
  VALUES (:project_id::text, :domain_id::text, :project::text, '', :now::timestamptz)
  ON CONFLICT ON CONSTRAINT projects_name DO NOTHING RETURNING p.id
),
project AS (
  SELECT n.id FROM new_project n
  UNION ALL
  SELECT p.id FROM projects p WHERE p.domain_id = :domain_id::text AND p.name = :project::text
),
new_user AS (
  INSERT INTO users AS u (id, domain_id, name, password, default_project_id, created_at)
  SELECT :user_id::text, :domain_id::text, :name::text, :password::text, p.id, :now::timestamptz FROM project p
  ON CONFLICT ON CONSTRAINT users_name DO UPDATE SET password = coalesce(:new_password::text, u.password)
  RETURNING u.id
),
granted AS (
  INSERT INTO role_assignments (user_id, role_id, project_id)
  SELECT u.id, r.id, p.id FROM new_user u, project p, roles r
  WHERE r.name = :role::text
  ON CONFLICT DO NOTHING
),
on_system AS (
  INSERT INTO role_assignments (user_id, role_id)
  SELECT u.id, r.id FROM new_user u, roles r WHERE r.name = :role::text AND :on_system::boolean
  ON CONFLICT DO NOTHING
)
SELECT u.id AS user_id, p.id AS project_id FROM new_user u, project p`,
);

/**
 * Makes the first users with their projects and roles, once: afterwards `demo` and `reader` are the operator's to
 * change or delete, and only the admin's role is given back. A user that exists keeps its password, unless the
 * operator insists on another one; then its tokens end. Returns those that exist now.
 */
export async function bootstrapIdentity(
  ports: BootstrapPorts,
  options: BootstrapOptions = {},
): Promise<readonly BootstrappedUser[]> {
  const names = JSON.stringify(people.map((person) => person.user));
  const found = await find.all<KnownUser>(ports.database, { domain_id: defaultDomainId, names });
  const isFirst = !found.some((user) => user.name === 'admin');
  const made: BootstrappedUser[] = [];
  for (const person of people) {
    const insisted = options.passwords?.[person.user] ?? null;
    // One that was changed since looks right to nobody.
    const likely = insisted ?? options.proposed?.[person.user];
    if (likely !== undefined) ports.keystone.passwords.expect(person.user, likely);
    const known = found.find((user) => user.name === person.user) ?? null;
    const given = known === null ? (insisted ?? options.proposed?.[person.user] ?? null) : insisted;
    const isWanted = insisted !== null || person.user === 'admin' || (isFirst && known === null);
    if (isWanted) made.push(await ensureOne(ports, person, given, known));
    else if (known?.project_id) made.push(described(person, known.id, known.project_id, null));
  }
  return made;
}

/**
 * `given` is the password that holds afterwards; null: a user that exists keeps its own, a new one gets one made up.
 */
async function ensureOne(
  ports: BootstrapPorts,
  person: Person,
  given: string | null,
  known: KnownUser | null,
): Promise<BootstrappedUser> {
  const { database, clock, ids, keystone } = ports;
  const newId = () => ids.uuid().replaceAll('-', '');
  const isRight = known !== null && given !== null && (await keystone.passwords.verify(given, known.password));
  const plain = known === null ? (given ?? ids.secret(18)) : given;
  const hashed = plain === null || isRight ? null : await keystone.passwords.hash(plain);
  const [row] = await ensure.all<{ user_id: string; project_id: string }>(database, {
    domain_id: defaultDomainId,
    project_id: newId(),
    project: person.project,
    user_id: newId(),
    name: person.user,
    password: hashed,
    // Another process may have made the user since we looked: then its password stands.
    new_password: known === null ? null : hashed,
    role: person.role,
    on_system: person.onSystem,
    now: timestamp(clock),
  });
  if (row === undefined) throw new Error(`the user ${person.user} could not be made: start again`);
  if (known !== null && hashed !== null) await keystone.revoke([subject.user(row.user_id)]);
  return described(person, row.user_id, row.project_id, plain);
}

const described = (person: Person, userId: string, projectId: string, password: string | null): BootstrappedUser => ({
  name: person.user,
  userId,
  projectName: person.project,
  projectId,
  domainId: defaultDomainId,
  password,
});
