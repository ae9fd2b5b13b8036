// Roles: what policies ask for.
import { timestamp } from '../../../infra/clock/port.ts';
import { subject } from '../../../infra/identity/port.ts';
import { badRequest, Fault } from '../../http/faults.ts';
import { type Call, operation, type Resource } from '../../http/operation.ts';
import { couldNotFind, orConflict, sameRole } from '../faults.ts';
import { filter, newId, param } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { revokingNow } from '../revoking.ts';
import { roleCreateBody, roleUpdateBody } from './body.ts';
import { implications, implied, inferences } from './inferences.ts';
import { roleRules } from './policy.ts';
import { deleteRole, insertRole, listRoles, type RoleOutcome, showRole, updateRole } from './store.ts';
import { roleView } from './view.ts';

async function showOne(call: Call<unknown>) {
  const id = param(call, 'role_id');
  const row = await showRole(call.ports.database, id);
  if (row === null) throw couldNotFind('role', id);
  return { role: roleView.for(call, 'detail')(row) };
}

function requireDone(outcome: RoleOutcome, verb: string, id: string): void {
  if (outcome === 'absent') throw couldNotFind('role', id);
  if (outcome === 'immutable') throw new Fault(403, `Unable to ${verb} immutable role: ${id}.`);
}

const create = operation({
  name: 'role-create',
  summary: 'Create a role',
  method: 'POST',
  path: '/roles',
  policy: ['identity:create_role'],
  body: roleCreateBody,
  success: 201,
  handler: async (call) => {
    const { name, description = null, domain_id } = call.body.role;
    // Made for everybody, it would reach further than was asked.
    if (domain_id) throw badRequest('Roles of domains are not supported: a role is for all domains.');
    const row = { id: newId(call), name, description, immutable: false };
    const insert = insertRole(call.ports.database, { id: row.id, name, description }, timestamp(call.ports.clock));
    await orConflict('roles_name', () => sameRole(name), insert);
    return { role: roleView.for(call, 'detail')(row) };
  },
});

const list = operation({
  name: 'role-list',
  summary: 'List roles',
  method: 'GET',
  path: '/roles',
  policy: ['identity:list_roles'],
  queryParameters: { name: 'Only the role of that name' },
  success: 200,
  handler: async (call) => {
    const rows = await listRoles(call.ports.database, { name: filter(call, 'name') });
    // Roles of domains do not exist here; asked for those, there are none.
    const shown = call.query.has('domain_id') ? [] : rows;
    return listAnswer(call, 'roles', shown.map(roleView.for(call, 'detail')));
  },
});

const show = operation({
  name: 'role-show',
  summary: 'Show a role',
  method: 'GET',
  path: '/roles/{role_id}',
  policy: ['identity:get_role'],
  success: 200,
  handler: showOne,
});

const update = operation({
  name: 'role-update',
  summary: 'Change a role',
  method: 'PATCH',
  path: '/roles/{role_id}',
  policy: ['identity:update_role'],
  body: roleUpdateBody,
  success: 200,
  handler: async (call) => {
    const id = param(call, 'role_id');
    const patch = call.body.role;
    const revoked = revokingNow(call);
    const change = updateRole(call.ports.database, id, patch, revoked);
    requireDone(await orConflict('roles_name', () => sameRole(patch.name ?? ''), change), 'update', id);
    revoked.done([subject.role(id)]);
    return await showOne(call);
  },
});

const remove = operation({
  name: 'role-delete',
  summary: 'Delete a role',
  method: 'DELETE',
  path: '/roles/{role_id}',
  policy: ['identity:delete_role'],
  success: 204,
  handler: async (call) => {
    const id = param(call, 'role_id');
    const revoked = revokingNow(call);
    requireDone(await deleteRole(call.ports.database, id, revoked), 'delete', id);
    revoked.done([subject.role(id)]);
  },
});

export const roles: Resource = {
  name: 'roles',
  operations: [create, list, show, update, remove, inferences, implied, ...implications],
  rules: roleRules,
};
