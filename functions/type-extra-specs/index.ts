// Extra specs of volume types: what a back end must have, by key.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import { cachedAndShared, seesAllSpecs, shownSpecs } from '../../schema/volume-types.ts';
import * as is from '../http/answer-types.ts';
import { badRequest, notFound } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { reach } from '../http/policy.ts';
import { absentType, findType, onType } from '../types/store.ts';
import { mergeBody, pairBody } from './body.ts';
import { extraSpecRules } from './policy.ts';
import { deleteSpec, mergeSpecs } from './store.ts';

const absentSpec = (id: string, key: string) => `Volume Type ${id} has no extra specs with key ${key}.`;
const inUse = 'Volume Type is currently in use.';

async function readSpecs(call: Call<unknown, 'volume_type_id'>): Promise<Record<string, string>> {
  const id = call.params.volume_type_id;
  const row = await findType(call.ports.database, reach(call.actor), id);
  if (row === null) throw notFound(absentType(id));
  return shownSpecs(row.extra_specs, call.policy.allows(seesAllSpecs, call.actor));
}

async function list(call: Call<unknown, 'volume_type_id'>) {
  return { extra_specs: await readSpecs(call) };
}

async function show(call: Call<unknown, 'volume_type_id' | 'key'>) {
  const key = call.params.key;
  const specs = await readSpecs(call);
  if (!Object.hasOwn(specs, key)) throw notFound(absentSpec(call.params.volume_type_id, key));
  return { [key]: specs[key] };
}

async function set(call: Call<unknown, 'volume_type_id'>, specs: Readonly<Record<string, string>>): Promise<void> {
  const id = call.params.volume_type_id;
  const change = { id, specs: JSON.stringify(specs), now: timestamp(call.ports.clock) };
  const done = await mergeSpecs(call.ports.database, change);
  if (done === null) throw notFound(absentType(id));
  if (done.is_changed) return;
  if (done.is_used) throw badRequest(inUse);
  throw badRequest(cachedAndShared);
}

async function merge(call: Call<Static<typeof mergeBody>, 'volume_type_id'>) {
  await set(call, call.body.extra_specs);
  return { extra_specs: call.body.extra_specs };
}

async function setOne(call: Call<Static<typeof pairBody>, 'key' | 'volume_type_id'>) {
  if (!Object.hasOwn(call.body, call.params.key)) throw badRequest('Request body and URI mismatch');
  await set(call, call.body);
  return call.body;
}

async function remove(call: Call<unknown, 'key' | 'volume_type_id'>): Promise<void> {
  const id = call.params.volume_type_id;
  const key = call.params.key;
  if (key.includes('\u0000')) throw notFound(absentSpec(id, key)); // PostgreSQL takes no such key
  const done = await deleteSpec(call.ports.database, { id, key, now: timestamp(call.ports.clock) });
  if (done === null) throw notFound(absentType(id));
  if (done.is_changed) return;
  throw done.is_used ? badRequest(inUse) : notFound(absentSpec(id, key));
}

const all = '/types/{volume_type_id}/extra_specs';
const one = `${all}/{key}`;

export const typeExtraSpecs: Resource = {
  name: 'type-extra-specs',
  rules: extraSpecRules,
  operations: [
    operation({
      name: 'type-extra-spec-list',
      summary: 'List the extra specs of a type',
      method: 'GET',
      path: all,
      target: onType,
      policy: ['volume_extension:types_extra_specs:index'],
      success: 200,
      answers: is.object({ extra_specs: is.texts }),
      handler: list,
    }),
    operation({
      name: 'type-extra-spec-create',
      summary: 'Set extra specs of a type',
      method: 'POST',
      path: all,
      target: onType,
      policy: ['volume_extension:types_extra_specs:create'],
      success: 200,
      body: mergeBody,
      answers: is.object({ extra_specs: is.textsOrNulls }),
      handler: merge,
    }),
    operation({
      name: 'type-extra-spec-show',
      summary: 'Show one extra spec',
      method: 'GET',
      path: one,
      target: onType,
      policy: ['volume_extension:types_extra_specs:show'],
      success: 200,
      answers: is.pairOf(is.text),
      handler: show,
    }),
    operation({
      name: 'type-extra-spec-update',
      summary: 'Set one extra spec',
      method: 'PUT',
      path: one,
      target: onType,
      policy: ['volume_extension:types_extra_specs:update'],
      success: 200,
      body: pairBody,
      answers: is.pairOf(is.orNull(is.text)),
      handler: setOne,
    }),
    operation({
      name: 'type-extra-spec-delete',
      summary: 'Delete one extra spec',
      method: 'DELETE',
      path: one,
      target: onType,
      policy: ['volume_extension:types_extra_specs:delete'],
      success: 202,
      handler: remove,
    }),
  ],
};
