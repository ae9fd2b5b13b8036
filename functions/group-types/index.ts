// Group types: list, show, create, change and delete them.

import * as is from '../http/answer-types.ts';
import { publicIn } from '../http/booleans.ts';
import { notFound } from '../http/faults.ts';
import { readList } from '../http/list.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { listBody, pageType } from '../http/pagination.ts';
import { reach, within } from '../http/policy.ts';
import { createBody, updateBody } from './body.ts';
import { changeGroupType, createGroupType, removeGroupType } from './change.ts';
import { groupTypeRules } from './policy.ts';
import { absentGroupType, groupTypeList } from './query.ts';
import { findGroupType, findNamedGroupType, listGroupTypes, onGroupType } from './store.ts';
import { groupTypeView } from './view.ts';

/** Public ones unless an admin asks otherwise. */
const readIsPublic = (call: Call) => (call.actor.roles.has('admin') ? publicIn(call.query) : true);

async function list(call: Call) {
  const query = readList(call, groupTypeList);
  const page = await listGroupTypes(call.ports.database, query, within(call.actor, false), readIsPublic(call));
  return listBody(call, groupTypeList, query, page, groupTypeView.textFor(call, 'detail'));
}

async function show(call: Call<unknown, 'group_type_id'>) {
  const id = call.params.group_type_id;
  const row = await findGroupType(call.ports.database, reach(call.actor), id);
  if (row === null) throw notFound(absentGroupType(id));
  return { group_type: groupTypeView.for(call, 'detail')(row) };
}

const defaultName = '__DEFAULT__';

async function showDefault(call: Call) {
  const row = await findNamedGroupType(call.ports.database, defaultName);
  if (row === null) throw notFound('Default group type can not be found.');
  return { group_type: groupTypeView.for(call, 'detail')(row) };
}

const shown = is.object({ group_type: groupTypeView.type('detail') });

const since = '3.11';
const one = '/group_types/{group_type_id}';

export const groupTypes: Resource = {
  name: 'group-types',
  rules: groupTypeRules,
  operations: [
    operation({
      name: 'group-type-list',
      summary: 'List group types',
      method: 'GET',
      path: '/group_types',
      since,
      policy: [],
      success: 200,
      list: groupTypeList,
      queryParameters: { is_public: 'true, false or none (admin)' },
      answers: pageType(groupTypeList, groupTypeView.type('detail')),
      handler: list,
    }),
    operation({
      name: 'group-type-create',
      summary: 'Create a group type',
      method: 'POST',
      path: '/group_types',
      since,
      policy: ['group:group_types:create'],
      success: 202,
      body: createBody,
      answers: shown,
      handler: createGroupType,
    }),
    operation({
      name: 'group-type-show-default',
      summary: 'Show the default group type',
      method: 'GET',
      path: '/group_types/default',
      since,
      policy: [],
      success: 200,
      answers: shown,
      handler: showDefault,
    }),
    operation({
      name: 'group-type-show',
      summary: 'Show a group type',
      method: 'GET',
      path: one,
      target: onGroupType,
      since,
      policy: [],
      success: 200,
      answers: shown,
      handler: show,
    }),
    operation({
      name: 'group-type-update',
      summary: 'Change the name, the description or whether it is public',
      method: 'PUT',
      path: one,
      target: onGroupType,
      since,
      policy: ['group:group_types:update'],
      success: 200,
      body: updateBody,
      answers: shown,
      handler: changeGroupType,
    }),
    operation({
      name: 'group-type-delete',
      summary: 'Delete a group type that no group uses',
      method: 'DELETE',
      path: one,
      target: onGroupType,
      since,
      policy: ['group:group_types:delete'],
      success: 202,
      handler: removeGroupType,
    }),
  ],
};
