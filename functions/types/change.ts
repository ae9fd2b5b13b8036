// Making, changing and deleting volume types.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import { DatabaseError } from '../../infra/database/port.ts';
import { cachedAndShared, isCachedAndShared } from '../../schema/volume-types.ts';
import { badRequest, conflict, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import type { createBody, updateBody } from './body.ts';
import { absentType } from './query.ts';
import { deleteType, insertType, updateType } from './store.ts';
import { createdTypeView, updatedTypeView } from './view.ts';

const isConflict = (error: unknown) => error instanceof DatabaseError && error.failure === 'conflict';

/** The 409 of a name that is taken; any other error goes on. */
const nameTaken = (name: string) => (error: unknown) => {
  throw isConflict(error) ? conflict(`Volume Type ${name} already exists.`) : error;
};

export async function createType(call: Call<Static<typeof createBody>>): Promise<unknown> {
  const wanted = call.body.volume_type;
  const specs = wanted.extra_specs ?? {};
  if (isCachedAndShared(specs)) throw badRequest(cachedAndShared);
  const row = await insertType(call.ports.database, {
    id: call.ports.ids.uuid(),
    name: wanted.name,
    description: wanted.description ?? null,
    is_public: wanted['os-volume-type-access:is_public'] ?? true,
    extra_specs: JSON.stringify(specs),
    now: timestamp(call.ports.clock),
  }).catch(nameTaken(wanted.name));
  return { volume_type: createdTypeView.for(call, 'detail')(row) };
}

export async function changeType(call: Call<Static<typeof updateBody>, 'volume_type_id'>): Promise<unknown> {
  const id = call.params.volume_type_id;
  const { description = null, is_public: isPublic = null, ...wanted } = call.body.volume_type;
  // Clients with structs send every field: beside others, an empty name asks for nothing.
  const name = wanted.name || null;
  if (name === null && description === null && isPublic === null) {
    if (wanted.name === '') throw badRequest('Volume type name can not be empty.');
    throw badRequest('Specify volume type name, description, is_public or a combination thereof.');
  }
  const change = { id, name, description, is_public: isPublic, now: timestamp(call.ports.clock) };
  const row = await updateType(call.ports.database, change).catch(nameTaken(name ?? ''));
  if (row === null) throw notFound(absentType(id));
  return { volume_type: updatedTypeView.for(call, 'detail')(row) };
}

/** Refuses while a volume or snapshot has the type, and when volumes that name none would get it. */
export async function removeType(call: Call<unknown, 'volume_type_id'>): Promise<void> {
  const id = call.params.volume_type_id;
  const inUse = badRequest('Target volume type is still in use.');
  const done = await deleteType(call.ports.database, id, call.settings.defaultVolumeType).catch((error: unknown) => {
    throw isConflict(error) ? inUse : error;
  });
  if (done === null) throw notFound(absentType(id));
  if (done.is_deleted) return;
  if (done.is_default) throw badRequest(`The volume type ${id} is a default volume type and cannot be deleted.`);
  if (done.is_only && !done.is_used) {
    throw badRequest(`The volume type ${id} is the only currently defined volume type and cannot be deleted.`);
  }
  throw inUse;
}
