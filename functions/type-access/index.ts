// Access to private volume types, by project.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import * as is from '../http/answer-types.ts';
import { badRequest, conflict, notFound } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { dashed } from '../http/schemas.ts';
import { absentType, onType } from '../types/store.ts';
import { addBody, removeBody } from './body.ts';
import { typeAccessRules } from './policy.ts';
import { type AccessChange, addAccess, listAccess, removeAccess } from './store.ts';

async function list(call: Call<unknown, 'volume_type_id'>) {
  const id = call.params.volume_type_id;
  const access = await listAccess(call.ports.database, id);
  if (access === null) throw notFound(absentType(id));
  if (access.isPublic) throw notFound('Access list not available for public volume types.');
  return {
    volume_type_access: access.projects.map((project) => ({ volume_type_id: dashed(id), project_id: project })),
  };
}

/** Whether the change was made; throws when there is no such type, or it is public. */
function isChanged(id: string, done: AccessChange | null): boolean {
  if (done === null) throw notFound(absentType(id));
  if (done.is_public) {
    throw badRequest('Invalid volume type: Type access modification is not applicable to public volume type.');
  }
  return done.is_changed;
}

async function add(call: Call<Static<typeof addBody>, 'volume_type_id'>): Promise<void> {
  const id = call.params.volume_type_id;
  const { project } = call.body.addProjectAccess;
  const done = await addAccess(call.ports.database, { id, project, now: timestamp(call.ports.clock) });
  if (!isChanged(id, done)) {
    throw conflict(`Volume type access for ${id} / ${project} combination already exists.`);
  }
}

async function remove(call: Call<Static<typeof removeBody>, 'volume_type_id'>): Promise<void> {
  const id = call.params.volume_type_id;
  const { project } = call.body.removeProjectAccess;
  const done = await removeAccess(call.ports.database, { id, project });
  if (!isChanged(id, done)) throw notFound(`Volume type access not found for ${id} / ${project} combination.`);
}

const action = { method: 'POST', path: '/types/{volume_type_id}/action', success: 202, target: onType } as const;

export const typeAccess: Resource = {
  name: 'type-access',
  rules: typeAccessRules,
  operations: [
    operation({
      name: 'type-access-list',
      summary: 'List the projects that may use a private type',
      method: 'GET',
      path: '/types/{volume_type_id}/os-volume-type-access',
      target: onType,
      policy: ['volume_extension:volume_type_access:get_all_for_type'],
      success: 200,
      answers: is.object({
        volume_type_access: is.listOf(is.object({ volume_type_id: is.uuid, project_id: is.text })),
      }),
      handler: list,
    }),
    operation({
      name: 'type-access-add',
      summary: 'Let a project use a private type',
      ...action,
      action: 'addProjectAccess',
      policy: ['volume_extension:volume_type_access:addProjectAccess'],
      body: addBody,
      handler: add,
    }),
    operation({
      name: 'type-access-remove',
      summary: 'Remove a project from a private type',
      ...action,
      action: 'removeProjectAccess',
      policy: ['volume_extension:volume_type_access:removeProjectAccess'],
      body: removeBody,
      handler: remove,
    }),
  ],
};
