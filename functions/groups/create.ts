// Making an empty group: one statement to learn what the request refers to, one to write all of it.
import { timestamp } from '../../infra/clock/port.ts';
import { DatabaseError } from '../../infra/database/port.ts';
import { badRequest, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { reach } from '../http/policy.ts';
import { quotaFault } from '../quota-sets/quotas.ts';
import { type CreatedGroup, type GroupFacts, insertGroup, readGroupFacts } from './store/create.ts';
import type { Family } from './store/read.ts';

export interface WantedGroup {
  readonly name: string | null;
  readonly description: string | null;
  /** By its id or name. */
  readonly groupType: string;
  readonly volumeTypes: readonly string[];
  readonly zone: string | null;
}

export function projectOf(call: Call<unknown>): string {
  const { projectId } = call.actor;
  if (projectId === null) throw badRequest('A group belongs to a project: use a token with the scope of a project.');
  return projectId;
}

/** Makes a group that is available at once: while it is empty no back end has to know of it. */
export async function makeGroup(call: Call<unknown>, family: Family, wanted: WantedGroup): Promise<CreatedGroup> {
  const project = projectOf(call);
  const { database } = call.ports;
  const facts = await readGroupFacts(database, reach(call.actor), family, {
    group_type: wanted.groupType,
    volume_types: JSON.stringify(wanted.volumeTypes),
    zone: wanted.zone,
    project,
  });
  const volumeTypes = checkFacts(wanted, facts);
  return insertGroup(database, {
    id: call.ports.ids.uuid(),
    project,
    actor_id: call.actor.userId,
    name: wanted.name,
    description: wanted.description,
    zone: wanted.zone,
    group_type_id: facts.group_type_id,
    volume_types: JSON.stringify(volumeTypes),
    now: timestamp(call.ports.clock),
    request_id: call.requestId,
  }).catch((error: unknown) => {
    throw groupFault(error);
  });
}

/** Refuses what the facts do not allow, and returns the ids of the volume types. */
function checkFacts(wanted: WantedGroup, facts: GroupFacts): readonly string[] {
  if (facts.group_type_id === null) throw notFound(`Group type ${wanted.groupType} could not be found.`);
  const known = new Map(Object.entries(JSON.parse(facts.volume_types) as Record<string, string>)); // built by factsText
  const missing = wanted.volumeTypes.find((one) => !known.has(one));
  if (missing !== undefined) throw notFound(`Volume type ${missing} could not be found.`);
  if (wanted.zone !== null && !facts.zone_exists) {
    throw badRequest(`Invalid input received: Availability zone '${wanted.zone}' is invalid.`);
  }
  if (facts.is_consistent) {
    throw badRequest(
      `Invalid input received: No back end can take snapshots of all volumes of a group at one moment, which the ` +
        `group type ${wanted.groupType} asks for (consistent_group_snapshot_enabled).`,
    );
  }
  return [...new Set(known.values())];
}

/** What a refused statement tells the client: quota, or a type that was deleted at the same moment. */
export function groupFault(error: unknown): unknown {
  if (error instanceof DatabaseError && error.failure === 'conflict') {
    return badRequest('Invalid input received: A type of the group was deleted at the same moment.');
  }
  if (error instanceof DatabaseError && error.reason === 'keys') {
    return badRequest(
      'Invalid volume: Keys that a key manager keeps are not cloned for a group: copy its volumes one by one.',
    );
  }
  return quotaFault(error) ?? error;
}
