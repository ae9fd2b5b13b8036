import type { Database, Parameters } from '../../../infra/database/port.ts';
import type { UserGroupRow, UserRow } from '../../../schema/identity.ts';
import { fragment, statement } from '../../../schema/statement.ts';
import { merged } from '../extra.ts';
import { readAll } from '../listing.ts';
import { type Revoking, revoking } from '../revoking.ts';
import { userColumns } from '../users/store.ts';

const columns = 'g.id, g.domain_id, g.name, g.description, g.extra::text AS extra';

const insert = statement(
  'identity.groups.insert',
  `INSERT INTO user_groups AS g (id, domain_id, name, description, extra, created_at)
SELECT :id::text, d.id, :name::text, :description::text, :extra::jsonb, :now::timestamptz
FROM domains d WHERE d.id = :domain_id::text
RETURNING ${columns}`,
);

/** Adds a group; null when its domain does not exist. */
export async function insertGroup(database: Database, row: UserGroupRow, now: string): Promise<UserGroupRow | null> {
  const [made] = await insert.all<UserGroupRow>(database, { ...row, now });
  return made ?? null;
}

const matching = `(:name::text IS NULL OR g.name = :name::text)
  AND (:domain_id::text IS NULL OR g.domain_id = :domain_id::text)`;

export function listGroups(database: Database, filters: Parameters): Promise<UserGroupRow[]> {
  return readAll(database, 'identity.groups.list', `SELECT ${columns} FROM user_groups g WHERE ${matching}`, filters);
}

export function listGroupsOfUser(database: Database, userId: string, name: string | null): Promise<UserGroupRow[]> {
  const select = `SELECT ${columns} FROM user_groups g JOIN user_group_members m ON m.group_id = g.id
  WHERE m.user_id = :user_id::text AND (:name::text IS NULL OR g.name = :name::text)` as const;
  return readAll(database, 'identity.groups.of_user', select, { user_id: userId, name });
}

export function listMembers(database: Database, groupId: string): Promise<UserRow[]> {
  const select = `SELECT ${userColumns} FROM users u JOIN user_group_members m ON m.user_id = u.id
  WHERE m.group_id = :group_id::text` as const;
  return readAll(database, 'identity.groups.members', select, { group_id: groupId });
}

const show = statement('identity.groups.show', `SELECT ${columns} FROM user_groups g WHERE g.id = :id::text`);

export async function showGroup(database: Database, id: string): Promise<UserGroupRow | null> {
  const [row] = await show.all<UserGroupRow>(database, { id });
  return row ?? null;
}

const update = statement(
  'identity.groups.update',
  `UPDATE user_groups g SET
  name = coalesce(:patch::jsonb ->> 'name', g.name),
  description = coalesce(:patch::jsonb ->> 'description', g.description),
  ${merged('g', 'extra')}
WHERE g.id = :id::text RETURNING ${columns}`,
);

export async function updateGroup(database: Database, id: string, patch: object): Promise<UserGroupRow | null> {
  const [row] = await update.all<UserGroupRow>(database, { id, patch: JSON.stringify(patch) });
  return row ?? null;
}

const remove = statement(
  'identity.groups.delete',
  [
    fragment('ended (subject)', `SELECT 'user:' || m.user_id FROM user_group_members m WHERE m.group_id = :id::text`),
    fragment('gone', `DELETE FROM user_groups g WHERE g.id = :id::text RETURNING g.id`),
    revoking('SELECT e.subject FROM ended e'),
  ],
  `SELECT (SELECT json_agg(e.subject)::text FROM ended e) AS ended FROM gone`,
);

/** Deletes a group with its grants, and ends the tokens of its users: their subjects. Null when there is none. */
export async function deleteGroup(
  database: Database,
  id: string,
  revoked: Revoking,
): Promise<readonly string[] | null> {
  const [row] = await remove.all<{ ended: string | null }>(database, { id, ...revoked.parameters });
  return row === undefined ? null : (JSON.parse(row.ended ?? '[]') as string[]); // made by the statement above
}

interface Found {
  readonly has_group: boolean;
  readonly has_user: boolean;
  readonly is_member: boolean;
}

const found = `SELECT EXISTS (SELECT 1 FROM user_groups g WHERE g.id = :group_id::text) AS has_group,
  EXISTS (SELECT 1 FROM users u WHERE u.id = :user_id::text) AS has_user,
  EXISTS (SELECT 1 FROM user_group_members m WHERE m.group_id = :group_id::text AND m.user_id = :user_id::text) AS is_member`;

const add = statement(
  'identity.groups.add',
  `WITH found AS (${found}),
added AS (
  INSERT INTO user_group_members (group_id, user_id)
  SELECT :group_id::text, :user_id::text FROM found f WHERE f.has_group AND f.has_user ON CONFLICT DO NOTHING
)
SELECT f.has_group, f.has_user, f.is_member FROM found f`,
);
const check = statement('identity.groups.check', found);
const take = statement(
  'identity.groups.remove',
  [
    fragment('found', found),
    fragment(
      'gone',
      `DELETE FROM user_group_members m WHERE m.group_id = :group_id::text AND m.user_id = :user_id::text RETURNING m.user_id`,
    ),
    revoking("SELECT 'user:' || g.user_id FROM gone g"),
  ],
  `SELECT f.has_group, f.has_user, f.is_member FROM found f`,
);

const nothing: Found = { has_group: false, has_user: false, is_member: false };

/** Makes a user a member, if both exist; says what was there before. */
export async function addMember(database: Database, groupId: string, userId: string): Promise<Found> {
  const [row] = await add.all<Found>(database, { group_id: groupId, user_id: userId });
  return row ?? nothing;
}

export async function findMember(database: Database, groupId: string, userId: string): Promise<Found> {
  const [row] = await check.all<Found>(database, { group_id: groupId, user_id: userId });
  return row ?? nothing;
}

/** Takes a user out, and ends the user's tokens; says what was there before. */
export async function removeMember(database: Database, groupId: string, userId: string, revoked: Revoking) {
  const [row] = await take.all<Found>(database, { group_id: groupId, user_id: userId, ...revoked.parameters });
  return row ?? nothing;
}
