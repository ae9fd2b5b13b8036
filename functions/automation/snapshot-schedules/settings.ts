// The settings of a schedule, as a request has them and as its row does.
import type { Static } from '@sinclair/typebox';
import { assertDue, CalendarError, nextDue } from '../../../infra/calendar/port.ts';
import { badRequest, notFound } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import type { updateBody } from './body.ts';
import type { CoverCheck } from './store.ts';

export type Wanted = Static<typeof updateBody>['snapshot_schedule'];

/** How a snapshot is called when the template of its schedule says nothing else. */
export const usualTemplate = '{schedule} {time}';

const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));

/** What it covers, as columns; undefined when the request says nothing of it. Throws unless it says one thing. */
export function coverOf({ volume_ids, volume_type_id, metadata }: Wanted) {
  const given = [volume_ids, volume_type_id, metadata].filter((one) => one !== undefined);
  if (given.length === 0) return undefined;
  if (given.length > 1) throw badRequest(`Invalid input: ${oneCover}`);
  return {
    volume_ids: json(volume_ids && [...new Set(volume_ids)]),
    volume_type_id: volume_type_id ?? null,
    volume_metadata: json(metadata),
  };
}

export const oneCover = 'a schedule covers volume_ids, a volume_type_id or metadata: give one of them.';

/** Throws the 404 of a volume or a type that the project does not have. */
export function assertCover({ absent_volume, has_type }: CoverCheck, volumeTypeId: string | null): void {
  if (absent_volume !== null) throw notFound(`Volume ${absent_volume} could not be found.`);
  if (!has_type) throw notFound(`Volume type ${volumeTypeId} could not be found.`);
}

/** The rules of what is kept, as columns. Throws when there is none: the quota would fill up. */
export function keepOf({ keep }: Required<Pick<Wanted, 'keep'>>) {
  const { count = null, days = null } = keep;
  if (count === null && days === null) throw badRequest('Invalid input: keep needs a count, or days, or both.');
  return { keep_count: count, keep_days: days };
}

/** The next run in ISO 8601. Throws the 400 of an expression or a time zone that will not do. */
export function nextRun(call: Call<unknown>, cron: string, timezone: string): string {
  const now = call.ports.clock.now();
  try {
    assertDue(cron, timezone, now, call.settings.scheduleMinutes);
  } catch (error) {
    throw error instanceof CalendarError ? badRequest(`Invalid input: ${error.message}`) : error;
  }
  return new Date(nextDue(cron, timezone, now) ?? now).toISOString();
}
