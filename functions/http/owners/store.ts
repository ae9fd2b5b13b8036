// Who made a resource: asked only for rules of an operator's file that compare the target's user.
import { type Database, type Statement, sql } from '../../../infra/database/port.ts';
import { isUuid } from '../leaves.ts';

const userOfVolume = sql('owners.volume', 'SELECT v.user_id FROM volumes v WHERE v.id = :id::uuid');
const userOfSnapshot = sql('owners.snapshot', 'SELECT s.user_id FROM snapshots s WHERE s.id = :id::uuid');

/** By the name that the id has in paths. A resource that is not here has no user, and such rules refuse on it. */
const statements = { volume_id: userOfVolume, snapshot_id: userOfSnapshot } as const;

/**
 * The user that the target of a request belongs to: the owner of what the path names, or else of the volume that the
 * body names; `self` when neither names anything (a list, a new volume); null when it is not known.
 */
export async function targetUser(
  database: Database,
  params: Readonly<Record<string, string>>,
  body: unknown,
  self: string,
): Promise<string | null> {
  const named = Object.keys(params).filter((name) => name !== 'project_id');
  if (named.length === 0) {
    const volume = volumeIn(body);
    return volume === undefined ? self : userOf(database, userOfVolume, volume);
  }
  for (const [name, statement] of Object.entries(statements)) {
    const id = params[name];
    if (id !== undefined) return userOf(database, statement, id);
  }
  return null;
}

/** `{"snapshot": {"volume_id": …}}` */
function volumeIn(body: unknown): unknown {
  const [inner] = typeof body === 'object' && body !== null ? Object.values(body) : [];
  return typeof inner === 'object' && inner !== null && 'volume_id' in inner ? inner.volume_id : undefined;
}

async function userOf(database: Database, statement: Statement, id: unknown): Promise<string | null> {
  if (typeof id !== 'string' || !isUuid(id)) return null;
  const [row] = await database.all<{ user_id: string }>(statement, { id });
  return row?.user_id ?? null;
}
