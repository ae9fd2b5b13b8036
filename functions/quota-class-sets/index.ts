// Quota classes: limits of many projects at once. The class `default` holds for every project without its own.
import type { Static } from '@sinclair/typebox';
import * as is from '../http/answer-types.ts';
import { badRequest, noSuchRoute } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { readLimits } from '../quota-sets/quotas.ts';
import { limitsByKey, readClassQuotas, withLimits, writeClassQuotas } from '../quota-sets/store.ts';
import { updateBody } from './body.ts';
import { quotaClassRules } from './policy.ts';

function nameOf(call: Call<unknown, 'class_name'>): string {
  const name = call.params.class_name;
  if (name.includes('\u0000')) throw noSuchRoute(); // PostgreSQL takes no such name
  if (name.length > 255) throw badRequest('quota_class_name has more than 255 characters.');
  return name;
}

async function show(call: Call<unknown, 'class_name'>) {
  const name = nameOf(call);
  return { quota_class_set: { id: name, ...limitsByKey(await readClassQuotas(call.ports.database, name)) } };
}

async function update(call: Call<Static<typeof updateBody>, 'class_name'>) {
  const name = nameOf(call);
  const { database } = call.ports;
  const rows = await readClassQuotas(database, name);
  const known = new Set(rows.map((row) => row.key));
  const { after, changed } = withLimits(rows, readLimits(call.body.quota_class_set, known, 'quota class set'));
  await writeClassQuotas(database, name, changed);
  return { quota_class_set: limitsByKey(after) };
}

const one = '/os-quota-class-sets/{class_name}';

export const quotaClassSets: Resource = {
  name: 'quota-class-sets',
  rules: quotaClassRules,
  operations: [
    operation({
      name: 'quota-class-show',
      summary: 'Show the limits of a class',
      method: 'GET',
      path: one,
      policy: ['volume_extension:quota_classes:get'],
      success: 200,
      answers: is.object({ quota_class_set: is.open({ id: is.text }, is.integer) }),
      handler: show,
    }),
    operation({
      name: 'quota-class-update',
      summary: 'Set limits of a class',
      method: 'PUT',
      path: one,
      policy: ['volume_extension:quota_classes:update'],
      success: 200,
      body: updateBody,
      answers: is.object({ quota_class_set: is.mapOf(is.integer) }),
      handler: update,
    }),
  ],
};
