// The group that a new volume is made in.
import { groupMachine } from '../../../schema/groups.ts';
import { refusal } from '../../../schema/machine.ts';
import { badRequest, notFound } from '../../http/faults.ts';
import type { CreateBody } from '../body.ts';
import type { CreateFacts } from './store.ts';

/** Its id, whichever API it is of; null: none. */
export const groupOf = (wanted: CreateBody['volume']) => wanted.group_id ?? wanted.consistencygroup_id ?? null;

/** Refuses a group that is not there, of the other API, or that does not take volumes of the type. */
export function checkGroup(wanted: CreateBody['volume'], facts: CreateFacts): void {
  const id = groupOf(wanted);
  if (id === null) return;
  const isLegacy = wanted.group_id == null;
  if (facts.group_status === null || facts.group_is_legacy !== isLegacy)
    throw notFound(`Group ${id} could not be found.`);
  const kind = isLegacy ? 'consistency group' : 'group';
  if (!wanted.volume_type) {
    throw badRequest(`Invalid input received: volume_type must be provided when creating a volume in a ${kind}.`);
  }
  if (!facts.group_has_type) {
    throw badRequest(
      `Invalid input received: Invalid volume_type ${wanted.volume_type} provided (requested type must be supported by this ${kind}).`,
    );
  }
  if (!groupMachine.moves.add_volume.from.includes(facts.group_status)) throw groupIsBusy(id, facts.group_status);
}

export const groupIsBusy = (id: string, status: string) =>
  badRequest(refusal(groupMachine, 'add_volume', { status, obstacles: '' }, { id }));
