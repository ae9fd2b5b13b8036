// Default types: the type that a project's volumes have when they name none.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import * as is from '../http/answer-types.ts';
import { badRequest, notFound } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { dashed, isUuid } from '../http/schemas.ts';
import { absentType } from '../types/store.ts';
import { setBody } from './body.ts';
import { defaultTypeRules } from './policy.ts';
import { findDefaultType, listDefaultTypes, setDefaultType, unsetDefaultType } from './store.ts';

/** The project of the path, which is not the token's. */
function targetOf(call: Call<unknown, 'target_project_id'>): string {
  const project = call.params.target_project_id;
  if (/^[\w.-]{1,255}$/.test(project)) return project;
  throw noProject(project);
}

const noProject = (project: string) => notFound(`Project with id ${project.slice(0, 255)} not found.`);

async function set(call: Call<Static<typeof setBody>, 'target_project_id'>) {
  const project = targetOf(call);
  // Only here: what was set for a project that has gone since can still be seen and unset. Unknown is let pass.
  if ((await call.ports.identity.projectExists?.(project)) === false) throw noProject(project);
  const type = call.body.default_type.volume_type;
  const row = await setDefaultType(call.ports.database, {
    project,
    type: isUuid(type) ? dashed(type) : type,
    now: timestamp(call.ports.clock),
  });
  // What is not there is in the body, not in the path.
  if (row === null) throw badRequest(absentType(type));
  return { default_type: row };
}

async function show(call: Call<unknown, 'target_project_id'>) {
  const project = targetOf(call);
  const row = await findDefaultType(call.ports.database, project);
  if (row === null) throw notFound(`Default type for project ${project} not found.`);
  return { default_type: row };
}

async function list(call: Call) {
  return { default_types: await listDefaultTypes(call.ports.database) };
}

const unset = (call: Call<unknown, 'target_project_id'>) => unsetDefaultType(call.ports.database, targetOf(call));

const defaultType = is.object({ project_id: is.text, volume_type_id: is.uuid });

const one = '/default-types/{target_project_id}';
const since = '3.62';

export const defaultTypes: Resource = {
  name: 'default-types',
  rules: defaultTypeRules,
  operations: [
    operation({
      name: 'default-type-set',
      summary: 'Set the default type of a project',
      method: 'PUT',
      path: one,
      since,
      policy: ['volume_extension:default_set_or_update'],
      success: 200,
      body: setBody,
      answers: is.object({ default_type: defaultType }),
      handler: set,
    }),
    operation({
      name: 'default-type-show',
      summary: 'Show the default type of a project',
      method: 'GET',
      path: one,
      since,
      policy: ['volume_extension:default_get'],
      success: 200,
      answers: is.object({ default_type: defaultType }),
      handler: show,
    }),
    operation({
      name: 'default-type-list',
      summary: 'List the default types of projects',
      method: 'GET',
      path: '/default-types',
      since,
      policy: ['volume_extension:default_get_all'],
      success: 200,
      answers: is.object({ default_types: is.listOf(defaultType) }),
      handler: list,
    }),
    operation({
      name: 'default-type-unset',
      summary: 'Unset the default type of a project',
      method: 'DELETE',
      path: one,
      since,
      policy: ['volume_extension:default_unset'],
      success: 204,
      handler: unset,
    }),
  ],
};
