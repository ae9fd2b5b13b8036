// Volume types: list, show, create, change and delete them.

import * as is from '../http/answer-types.ts';
import { notFound } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { listBody, pageType } from '../http/pagination.ts';
import { reach, within } from '../http/policy.ts';
import { createBody, updateBody } from './body.ts';
import { changeType, createType, removeType } from './change.ts';
import { readTypeList } from './filter.ts';
import { typeRules } from './policy.ts';
import { absentType, typeList } from './query.ts';
import { findDefaultType, findType, listTypes, onType } from './store.ts';
import { createdTypeView, typeView, updatedTypeView } from './view.ts';

async function list(call: Call) {
  const query = readTypeList(call);
  const page = await listTypes(call.ports.database, query, within(call.actor, false));
  return listBody(call, typeList, query, page, typeView.textFor(call, 'detail'));
}

async function show(call: Call<unknown, 'volume_type_id'>) {
  const id = call.params.volume_type_id;
  const row = await findType(call.ports.database, reach(call.actor), id);
  if (row === null) throw notFound(absentType(id));
  return { volume_type: typeView.for(call, 'detail')(row) };
}

async function showDefault(call: Call) {
  const own = within(call.actor, false);
  const row = await findDefaultType(call.ports.database, own, call.settings.defaultVolumeType);
  if (row === null) throw notFound('Default volume type can not be found.');
  return { volume_type: typeView.for(call, 'detail')(row) };
}

const shown = is.object({ volume_type: typeView.type('detail') });

const one = '/types/{volume_type_id}';

export const types: Resource = {
  name: 'types',
  rules: typeRules,
  operations: [
    operation({
      name: 'type-list',
      summary: 'List volume types',
      method: 'GET',
      path: '/types',
      policy: ['volume_extension:type_get_all'],
      success: 200,
      list: typeList,
      queryParameters: { is_public: 'true, false or none (admin)', extra_specs: 'a map that they have (3.52)' },
      answers: pageType(typeList, typeView.type('detail')),
      handler: list,
    }),
    operation({
      name: 'type-create',
      summary: 'Create a volume type',
      method: 'POST',
      path: '/types',
      policy: ['volume_extension:type_create'],
      success: 200,
      body: createBody,
      answers: is.object({ volume_type: createdTypeView.type('detail') }),
      handler: createType,
    }),
    operation({
      name: 'type-show-default',
      summary: 'Show the default volume type',
      method: 'GET',
      path: '/types/default',
      policy: ['volume_extension:type_get'],
      success: 200,
      answers: shown,
      handler: showDefault,
    }),
    operation({
      name: 'type-show',
      summary: 'Show a volume type',
      method: 'GET',
      path: one,
      target: onType,
      policy: ['volume_extension:type_get'],
      success: 200,
      answers: shown,
      handler: show,
    }),
    operation({
      name: 'type-update',
      summary: 'Change the name, the description or whether it is public',
      method: 'PUT',
      path: one,
      target: onType,
      policy: ['volume_extension:type_update'],
      success: 200,
      body: updateBody,
      answers: is.object({ volume_type: updatedTypeView.type('detail') }),
      handler: changeType,
    }),
    operation({
      name: 'type-delete',
      summary: 'Delete a volume type that nothing uses',
      method: 'DELETE',
      path: one,
      target: onType,
      policy: ['volume_extension:type_delete'],
      success: 202,
      handler: removeType,
    }),
  ],
};
