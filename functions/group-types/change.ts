// Making, changing and deleting group types.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import { DatabaseError } from '../../infra/database/port.ts';
import { legacyGroupType } from '../../schema/groups.ts';
import { badRequest, conflict, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import type { createBody, updateBody } from './body.ts';
import { absentGroupType } from './query.ts';
import { deleteGroupType, insertGroupType, updateGroupType } from './store.ts';
import { groupTypeView } from './view.ts';

const isConflict = (error: unknown) => error instanceof DatabaseError && error.failure === 'conflict';

/** The 409 of a name that is taken; any other error goes on. */
const nameTaken = (name: string) => (error: unknown) => {
  throw isConflict(error) ? conflict(`Group Type ${name} already exists.`) : error;
};

export async function createGroupType(call: Call<Static<typeof createBody>>): Promise<unknown> {
  const wanted = call.body.group_type;
  const row = await insertGroupType(call.ports.database, {
    id: call.ports.ids.uuid(),
    name: wanted.name,
    description: wanted.description ?? null,
    is_public: wanted.is_public ?? true,
    group_specs: JSON.stringify(wanted.group_specs ?? {}),
    now: timestamp(call.ports.clock),
  }).catch(nameTaken(wanted.name));
  return { group_type: groupTypeView.for(call, 'detail')(row) };
}

export async function changeGroupType(call: Call<Static<typeof updateBody>, 'group_type_id'>): Promise<unknown> {
  const id = call.params.group_type_id;
  const { description = null, is_public: isPublic = null, ...wanted } = call.body.group_type;
  // Clients with structs send every field: beside others, an empty name asks for nothing.
  const name = wanted.name || null;
  if (name === null && description === null && isPublic === null) {
    if (wanted.name === '') throw badRequest('Group type name can not be empty.');
    throw badRequest('Specify group type name, description or a combination thereof.');
  }
  const change = { id, name, description, is_public: isPublic, now: timestamp(call.ports.clock) };
  const row = await updateGroupType(call.ports.database, change).catch(nameTaken(name ?? ''));
  if (row === null) throw notFound(absentGroupType(id));
  return { group_type: groupTypeView.for(call, 'detail')(row) };
}

/** Refuses while a group has the type. A group that is made at the same moment is a conflict of its foreign key. */
export async function removeGroupType(call: Call<unknown, 'group_type_id'>): Promise<void> {
  const id = call.params.group_type_id;
  if (id === legacyGroupType) throw badRequest('The group type of consistency groups cannot be deleted.');
  const isDeleted = await deleteGroupType(call.ports.database, id).catch((error: unknown) => {
    if (isConflict(error)) return false;
    throw error;
  });
  if (isDeleted === null) throw notFound(absentGroupType(id));
  if (!isDeleted) throw badRequest('Target group type is still in use.');
}
