// The older calls that move the status of a volume around what the caller does itself.
import { timestamp } from '../../../infra/clock/port.ts';
import { badRequest, notFound } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import { reach, scopeParameter } from '../../http/policy.ts';
import { absentVolume } from '../query.ts';
import { type Moved, moveStatus, type StatusMove } from './store.ts';

/** A move, and what is said where it cannot be made; null: then it is no error, and nothing happens. */
const act = (move: StatusMove, refusal: (was: Moved) => string | null) => async (call: Call<unknown, 'volume_id'>) => {
  const id = call.params.volume_id;
  const was = await moveStatus(call.ports.database, move, {
    volume_id: id,
    ...scopeParameter(reach(call.actor)),
    now: timestamp(call.ports.clock),
    event: `volume.${move}.end`,
    request_id: call.requestId,
  });
  if (was === null) throw notFound(absentVolume(id));
  const says = was.moved > 0 ? null : refusal(was);
  if (says !== null) throw badRequest(says);
};

export const reserve = act(
  'reserve',
  ({ status }) => `Invalid volume: Volume status must be available to reserve, but the status is ${status}.`,
);
export const unreserve = act('unreserve', () => null);
export const beginDetaching = act('begin_detaching', ({ is_migrating: isMigrating }) =>
  isMigrating
    ? null
    : "Invalid volume: Unable to detach volume. Volume status must be 'in-use' and attach_status must be 'attached' to detach.",
);
export const rollDetaching = act('roll_detaching', () => null);
