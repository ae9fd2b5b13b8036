// Replication: which volumes are copied to other systems, and which system serves them.
import { type EventType, recordEventOf } from '../../schema/events.ts';
import { fragment } from '../../schema/statement.ts';
import { type Backend, DriverError, type Replication } from '../driver.ts';

export function replicationOf(backend: Pick<Backend, 'replication'>): Replication {
  if (backend.replication !== undefined) return backend.replication;
  throw new DriverError('not-supported', 'This back end does not replicate.');
}

/** The word for the back end itself, when it serves again after a failover. */
const home = 'default';

/**
 * The target that should serve: the one that was named, or the first that does not already. Null is the back end
 * itself.
 */
export function targetOf(replication: Replication, wanted: string | null, active: string | null): string | null {
  if (wanted === home) return null;
  if (wanted !== null) return wanted;
  const other = replication.targets.find((one) => one !== active);
  if (other === undefined) throw new DriverError('fatal', 'There is no other replication target.');
  return other;
}

/**
 * The CTEs `resource` and `members`: set the replication status of a group and of all its volumes, as SQL over `f`,
 * for those that are busy. Each volume gets an event of the type `event`. `more` is set on the group as well.
 */
export const groupBecomes = (busy: string, status: string, event: EventType, more = '') =>
  [
    fragment(
      'resource',
      `UPDATE groups r SET replication_status = ${status}, updated_at = :now::timestamptz
  FROM fenced f WHERE r.id = f.resource_id AND r.replication_status = '${busy}' RETURNING r.*`,
    ),
    fragment(
      'members',
      `UPDATE volumes v SET replication_status = ${status}${more}, updated_at = :now::timestamptz
  FROM fenced f WHERE v.group_id = f.resource_id RETURNING v.*`,
    ),
    recordEventOf('(SELECT f.request_id FROM fenced f)', 'members_event', 'members', `'${event}'`, 'volume'),
  ] as const;
