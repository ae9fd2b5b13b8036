// Changing a group: its name and description, and which volumes are in it.
import { timestamp } from '../../infra/clock/port.ts';
import { groupMachine } from '../../schema/groups.ts';
import { refusal } from '../../schema/machine.ts';
import { badRequest, type Fault, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { reach } from '../http/policy.ts';
import { dashed, isUuid } from '../http/schemas.ts';
import { absentGroup } from './query.ts';
import { changeGroup, joining, leaving, type MemberFacts, whyNotMembers } from './store/change.ts';
import type { Family } from './store/read.ts';

/** Undefined and null leave a thing as it is. */
export interface WantedChange {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  /** Ids with commas between. */
  readonly add_volumes?: string | null | undefined;
  readonly remove_volumes?: string | null | undefined;
}

/** All of the change in one statement, or none of it. */
export async function updateGroup(call: Call<unknown>, family: Family, id: string, wanted: WantedChange) {
  const adds = idsOf(wanted.add_volumes);
  const removes = idsOf(wanted.remove_volumes);
  const both = adds.filter((one) => removes.includes(one));
  if (both.length > 0) {
    throw badRequest(`Invalid volume: Volumes cannot be added and removed at the same time: ${both.join(', ')}.`);
  }
  const bad = [...adds, ...removes].find((one) => !isUuid(one));
  const lists = { adds: uuids(adds), removes: uuids(removes) };
  const { database } = call.ports;
  const scope = reach(call.actor);
  const done =
    bad === undefined &&
    (await changeGroup(database, scope, family, {
      id,
      ...lists,
      moves: adds.length + removes.length > 0,
      sets_name: wanted.name != null,
      name: wanted.name ?? null,
      sets_description: wanted.description != null,
      description: wanted.description ?? null,
      now: timestamp(call.ports.clock),
      request_id: call.requestId,
    }));
  if (done) return;
  const why = await whyNotMembers(database, scope, family, { id, ...lists });
  if (why === null) throw notFound(absentGroup(id));
  throw explain(id, why, adds, removes);
}

const idsOf = (text: string | null | undefined): string[] => {
  const all = (text ?? '').split(',').map((one) => one.trim());
  return [...new Set(all.filter((one) => one !== '').map((one) => (isUuid(one) ? dashed(one) : one)))];
};

const uuids = (all: readonly string[]) => JSON.stringify(all.filter(isUuid));

function explain(
  id: string,
  { status, volumes }: { status: string; volumes: readonly MemberFacts[] },
  adds: readonly string[],
  removes: readonly string[],
): Fault {
  if (status !== 'available') return badRequest(refusal(groupMachine, 'update', { status, obstacles: '' }, { id }));
  const known = new Map(volumes.map((one) => [one.id, one]));
  for (const one of removes) {
    const wrong = whyNotLeave(known.get(one), id);
    if (wrong !== null)
      return badRequest(`Invalid volume: Cannot remove volume ${one.slice(0, 100)} from group ${id} because ${wrong}.`);
  }
  for (const one of adds) {
    const wrong = whyNotJoin(known.get(one), id);
    if (wrong !== null)
      return badRequest(`Invalid volume: Cannot add volume ${one.slice(0, 100)} to group ${id} because ${wrong}.`);
  }
  return badRequest(`Invalid group: The volumes of group ${id} changed at the same moment. Try again.`);
}

function whyNotLeave(volume: MemberFacts | undefined, group: string): string | null {
  if (volume?.group_id !== group) return 'it is not in the group';
  if (leaving.includes(volume.status)) return null;
  return `volume is in an invalid state: ${volume.status}. Valid states are: ${leaving.join(', ')}`;
}

function whyNotJoin(volume: MemberFacts | undefined, group: string): string | null {
  if (volume === undefined) return 'volume cannot be found';
  if (volume.group_id === group) return null;
  if (!volume.is_own_project) return 'they belong to different projects';
  if (volume.group_id !== null) return `it is already in group ${volume.group_id}`;
  if (!volume.has_type) return `volume type ${volume.type_name} is not supported by the group`;
  if (!joining.includes(volume.status)) {
    return `volume is in an invalid state: ${volume.status}. Valid states are: ${joining.join(', ')}`;
  }
  return volume.has_backend ? null : 'it is not on the back end of the group';
}
