import { messageText } from '../../../schema/codes.ts';
import * as is from '../../http/answer-types.ts';
import { time } from '../../http/view.ts';
import type { EntryRow } from './store.ts';

/** One entry of a timeline as it is answered. What says nothing of its type is null. */
export const entryType = is.object({
  at: is.moment,
  type: is.word('operation', 'try', 'event', 'message'),
  id: is.text,
  what: is.text,
  status: is.orNull(is.text),
  user_id: is.orNull(is.text),
  request_id: is.orNull(is.text),
  operation_id: is.orNull(is.uuid),
  cause: is.orNull(is.text),
  step: is.orNull(is.text),
  attempt: is.orNull(is.count),
  waits_for: is.orNull(is.text),
  deadline: is.orNull(is.moment),
  ended_at: is.orNull(is.moment),
  // Pools and hosts are an admin's to see.
  host: is.optional(is.orNull(is.text)),
  explanation: is.optional(is.orNull(is.record)),
});
export type Entry = NonNullable<(typeof entryType)['of']>;

/** What an operation that has not ended waits for, in words; null when it is being worked on, or has ended. */
function waitsFor({ type, status, step, behind, explanation, is_up, heard_at }: EntryRow): string | null {
  if (type !== 'operation' || (status !== 'queued' && status !== 'running')) return null;
  const worker = step === 'schedule' ? 'the scheduler' : 'the worker of its back end';
  const heard = heard_at === null ? 'has never been heard of' : `was last heard of at ${time(heard_at)}`;
  if (is_up !== true) return `${worker}, which ${heard}`;
  if (status === 'running') return null;
  if (behind !== null) return `the end of ${behind}`;
  if (step === 'completion') return 'the host or the server that has the volume';
  const isAwaited = step === 'schedule' && explanation !== null && JSON.parse(explanation).waits !== undefined;
  return isAwaited ? 'a back end that takes it and is down' : `${worker} to take it`;
}

function whatOf({ type, what }: EntryRow): string {
  if (type !== 'message') return what;
  const [action = '', detail = ''] = what.split(' ');
  return messageText(action, detail);
}

/** The entry, with what only an admin sees unless `isAll` is false. */
export function entryOf(row: EntryRow, isAll: boolean): Entry {
  const { type, id, status, user_id, request_id, operation_id, cause, step, attempt, host, explanation } = row;
  return {
    at: time(row.at),
    ...{ type, id, status, user_id, request_id, operation_id, cause, step, attempt },
    what: whatOf(row),
    waits_for: waitsFor(row),
    deadline: time(row.deadline),
    ended_at: time(row.ended_at),
    host: isAll ? host : undefined,
    explanation: !isAll ? undefined : explanation === null ? null : JSON.parse(explanation),
  };
}
