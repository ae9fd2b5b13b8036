// Group specs: what a group type asks for, by key.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import { absentGroupType, findGroupType, onGroupType } from '../group-types/store.ts';
import * as is from '../http/answer-types.ts';
import { badRequest, notFound } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { reach } from '../http/policy.ts';
import { mergeBody, pairBody } from './body.ts';
import { groupSpecRules } from './policy.ts';
import { deleteSpec, mergeSpecs } from './store.ts';

const absentSpec = (id: string, key: string) => `Group Type ${id} has no specs with key ${key}.`;

async function readSpecs(call: Call<unknown, 'group_type_id'>): Promise<Record<string, string>> {
  const id = call.params.group_type_id;
  const row = await findGroupType(call.ports.database, reach(call.actor), id);
  if (row === null) throw notFound(absentGroupType(id));
  return JSON.parse(row.group_specs) as Record<string, string>; // a jsonb object of strings by the body schemas
}

async function list(call: Call<unknown, 'group_type_id'>) {
  return { group_specs: await readSpecs(call) };
}

async function show(call: Call<unknown, 'group_type_id' | 'key'>) {
  const key = call.params.key;
  const specs = await readSpecs(call);
  if (!Object.hasOwn(specs, key)) throw notFound(absentSpec(call.params.group_type_id, key));
  return { [key]: specs[key] };
}

async function set(call: Call<unknown, 'group_type_id'>, specs: Readonly<Record<string, string>>): Promise<void> {
  const id = call.params.group_type_id;
  const change = { id, specs: JSON.stringify(specs), now: timestamp(call.ports.clock) };
  if (!(await mergeSpecs(call.ports.database, change))) throw notFound(absentGroupType(id));
}

async function merge(call: Call<Static<typeof mergeBody>, 'group_type_id'>) {
  await set(call, call.body.group_specs);
  return { group_specs: call.body.group_specs };
}

async function setOne(call: Call<Static<typeof pairBody>, 'key' | 'group_type_id'>) {
  if (!Object.hasOwn(call.body, call.params.key)) throw badRequest('Request body and URI mismatch');
  await set(call, call.body);
  return call.body;
}

async function remove(call: Call<unknown, 'key' | 'group_type_id'>): Promise<void> {
  const id = call.params.group_type_id;
  const key = call.params.key;
  if (key.includes('\u0000')) throw notFound(absentSpec(id, key)); // PostgreSQL takes no such key
  const isChanged = await deleteSpec(call.ports.database, { id, key, now: timestamp(call.ports.clock) });
  if (isChanged === null) throw notFound(absentGroupType(id));
  if (!isChanged) throw notFound(absentSpec(id, key));
}

const since = '3.11';
const all = '/group_types/{group_type_id}/group_specs';
const one = `${all}/{key}`;

export const groupSpecs: Resource = {
  name: 'group-specs',
  rules: groupSpecRules,
  operations: [
    operation({
      name: 'group-spec-list',
      summary: 'List the specs of a group type',
      method: 'GET',
      path: all,
      target: onGroupType,
      since,
      policy: ['group:group_types_specs:get_all'],
      success: 200,
      answers: is.object({ group_specs: is.texts }),
      handler: list,
    }),
    operation({
      name: 'group-spec-create',
      summary: 'Set specs of a group type',
      method: 'POST',
      path: all,
      target: onGroupType,
      since,
      policy: ['group:group_types_specs:create'],
      success: 202,
      body: mergeBody,
      answers: is.object({ group_specs: is.textsOrNulls }),
      handler: merge,
    }),
    operation({
      name: 'group-spec-show',
      summary: 'Show one group spec',
      method: 'GET',
      path: one,
      target: onGroupType,
      since,
      policy: ['group:group_types_specs:get'],
      success: 200,
      answers: is.pairOf(is.text),
      handler: show,
    }),
    operation({
      name: 'group-spec-update',
      summary: 'Set one group spec',
      method: 'PUT',
      path: one,
      target: onGroupType,
      since,
      policy: ['group:group_types_specs:update'],
      success: 200,
      body: pairBody,
      answers: is.pairOf(is.orNull(is.text)),
      handler: setOne,
    }),
    operation({
      name: 'group-spec-delete',
      summary: 'Delete one group spec',
      method: 'DELETE',
      path: one,
      target: onGroupType,
      since,
      policy: ['group:group_types_specs:delete'],
      success: 202,
      handler: remove,
    }),
  ],
};
