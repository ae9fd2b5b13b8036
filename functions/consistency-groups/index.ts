// Consistency groups, the API before groups: the same tables, with the group type that only this API sees.

import type { Static } from '@sinclair/typebox';
import { groupMachine, legacyGroupType } from '../../schema/groups.ts';
import {
  absentGroup,
  deleteGroup,
  findGroup,
  groupRules,
  listGroups,
  makeGroup,
  makeGroupFromSource,
  updateGroup,
} from '../groups/store.ts';
import * as is from '../http/answer-types.ts';
import { badRequest, notFound } from '../http/faults.ts';
import { readList } from '../http/list.ts';
import { at, type Call, operation, type Resource } from '../http/operation.ts';
import { listBody, pageType } from '../http/pagination.ts';
import { reach, within } from '../http/policy.ts';
import type { Target } from '../http/target.ts';
import type { Mode } from '../http/view.ts';
import { whileBusy } from '../work/busy.ts';
import { createBody, createFromSourceBody, deleteBody, updateBody } from './body.ts';
import { consistencyGroupList } from './query.ts';
import { consistencyGroupView } from './view.ts';

async function find(call: Call<unknown, 'consistencygroup_id'>) {
  const id = call.params.consistencygroup_id;
  return findGroup(call.ports.database, reach(call.actor), 'legacy', id);
}

async function show(call: Call<unknown, 'consistencygroup_id'>) {
  const row = await find(call);
  if (row === null) throw notFound(absentGroup(call.params.consistencygroup_id));
  return { consistencygroup: consistencyGroupView.for(call, 'detail')(row) };
}

const list = (mode: Mode) => async (call: Call) => {
  const query = readList(call, consistencyGroupList);
  const scope = within(call.actor, query.allTenants);
  const page = await listGroups(call.ports.database, consistencyGroupList, query, scope, 'legacy');
  return listBody(call, consistencyGroupList, query, page, consistencyGroupView.textFor(call, mode));
};

const listed = (text: string | null | undefined) =>
  (text ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

async function create(call: Call<Static<typeof createBody>>) {
  const wanted = call.body.consistencygroup;
  const volumeTypes = listed(wanted.volume_types);
  if (volumeTypes.length === 0) {
    throw badRequest(`volume_types must be provided to create consistency group ${wanted.name ?? ''}.`);
  }
  const { id, name } = await makeGroup(call, 'legacy', {
    name: wanted.name ?? null,
    description: wanted.description ?? null,
    groupType: legacyGroupType,
    volumeTypes,
    zone: wanted.availability_zone || null,
  });
  return { consistencygroup: { id, name } };
}

async function createFromSource(call: Call<Static<typeof createFromSourceBody>>) {
  const wanted = call.body['consistencygroup-from-src'];
  const snapshot = wanted.cgsnapshot_id ?? null;
  const group = wanted.source_cgid ?? null;
  if ((snapshot === null) === (group === null)) {
    throw badRequest(
      `Exactly one of cgsnapshot_id and source_cgid must be given to create consistency group ${wanted.name ?? ''} from a source.`,
    );
  }
  const { id, name } = await makeGroupFromSource(call, 'legacy', {
    name: wanted.name ?? null,
    description: wanted.description ?? null,
    source: snapshot === null ? { kind: 'group', id: group ?? '' } : { kind: 'snapshot', id: snapshot },
  });
  return { consistencygroup: { id, name } };
}

/** Before `empty-names` an empty name or description changed nothing. */
async function update(call: Call<Static<typeof updateBody>, 'consistencygroup_id'>): Promise<void> {
  const isSet = (one: string | null | undefined) => one != null && (one !== '' || at(call, 'empty-names'));
  const wanted = Object.fromEntries(Object.entries(call.body.consistencygroup).filter(([, one]) => isSet(one)));
  if (Object.keys(wanted).length === 0) {
    throw badRequest('Name, description, add_volumes, and remove_volumes can not be all empty in the request body.');
  }
  await updateGroup(call, 'legacy', call.params.consistencygroup_id, wanted);
}

const remove = (call: Call<Static<typeof deleteBody>, 'consistencygroup_id'>) =>
  deleteGroup(call, 'legacy', call.params.consistencygroup_id, call.body.consistencygroup.force ?? false);

const target: Target<'consistencygroup_id'> = {
  param: 'consistencygroup_id',
  exists: async (call) => (await find(call)) !== null,
  absent: absentGroup,
};
const made = is.object({ consistencygroup: consistencyGroupView.type('summary') });

const all = '/consistencygroups';
const one = `${all}/{consistencygroup_id}`;
const listing = {
  method: 'GET',
  policy: ['group:get_all'],
  success: 200,
  list: consistencyGroupList,
} as const;
const updating = { method: 'PUT', policy: ['group:update'], success: 202, target, body: updateBody } as const;

export const consistencyGroups: Resource = {
  name: 'consistency-groups',
  rules: groupRules,
  operations: [
    operation({
      name: 'consistency-group-list',
      summary: 'List consistency groups',
      path: all,
      ...listing,
      answers: pageType(consistencyGroupList, consistencyGroupView.type('summary')),
      handler: list('summary'),
    }),
    operation({
      name: 'consistency-group-list-detail',
      summary: 'List consistency groups with details',
      path: `${all}/detail`,
      ...listing,
      answers: pageType(consistencyGroupList, consistencyGroupView.type('detail')),
      handler: list('detail'),
    }),
    operation({
      name: 'consistency-group-create',
      summary: 'Create a consistency group',
      method: 'POST',
      path: all,
      policy: ['group:create'],
      success: 202,
      body: createBody,
      answers: made,
      handler: create,
    }),
    operation({
      name: 'consistency-group-create-from-source',
      summary: 'Copy a consistency group, or a snapshot of one, with all its volumes',
      method: 'POST',
      path: `${all}/create_from_src`,
      policy: ['group:create'],
      success: 202,
      body: createFromSourceBody,
      answers: made,
      handler: createFromSource,
    }),
    operation({
      name: 'consistency-group-show',
      summary: 'Show a consistency group',
      method: 'GET',
      path: one,
      policy: ['group:get'],
      success: 200,
      target,
      answers: is.object({ consistencygroup: consistencyGroupView.type('detail') }),
      waits: whileBusy(groupMachine, 'consistencygroup'),
      handler: show,
    }),
    operation({
      name: 'consistency-group-update',
      summary: 'Change name, description or the volumes in it',
      path: `${one}/update`,
      ...updating,
      handler: update,
    }),
    operation({
      name: 'consistency-group-update-plain',
      summary: 'The same at its plain path',
      path: one,
      ...updating,
      handler: update,
    }),
    operation({
      name: 'consistency-group-delete',
      summary: 'Delete a consistency group, and its volumes if forced',
      method: 'POST',
      path: `${one}/delete`,
      policy: ['group:delete'],
      success: 202,
      target,
      body: deleteBody,
      handler: remove,
    }),
  ],
};
