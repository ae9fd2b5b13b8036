// Roles: what policies ask for.
import { timestamp } from '../../../infra/clock/port.ts';
import { subject } from '../../../infra/identity/port.ts';
import type { RoleRow } from '../../../schema/identity.ts';
import { type Call, operation, type Resource } from '../../http/operation.ts';
import { asObject, extraIn, knownIn, orTooMuch } from '../extra.ts';
import { couldNotFind, orConflict, sameRole } from '../faults.ts';
import { type GuardedResult, isImmutable, namesAny, requireSame, takesOff } from '../immutable.ts';
import { filter, newId, param } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { revokingNow } from '../revoking.ts';
import { roleCreateBody, roleUpdateBody } from './body.ts';
import { implications, implied, inferences } from './inferences.ts';
import { roleRules } from './policy.ts';
import { deleteRole, insertRole, listRoles, showRole, updateRole } from './store.ts';
import { roleView } from './view.ts';

async function found(call: Call<unknown, 'role_id'>): Promise<RoleRow> {
  const id = param(call, 'role_id');
  const row = await showRole(call.ports.database, id);
  if (row === null) throw couldNotFind('role', id);
  return row;
}

/** The policies name the roles that are there from the start: those stay immutable. */
function done<Row>(outcome: GuardedResult<Row>, verb: 'update' | 'delete', id: string): Row {
  if (outcome === 'absent') throw couldNotFind('role', id);
  if (outcome === 'immutable') throw isImmutable(verb, 'role', id);
  return outcome;
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
    const { role } = call.body;
    const { name, description = null } = role;
    const domain_id = role.domain_id || null;
    const extra = asObject(extraIn(role, roleCreateBody.properties.role, roleView));
    const row = { id: newId(call), name, domain_id, description, immutable: role.options?.immutable ?? false, extra };
    const insert = insertRole(call.ports.database, row, timestamp(call.ports.clock));
    const named = orConflict('roles_name', () => sameRole(name), orTooMuch(insert));
    await orConflict('roles_domain_id_fkey', () => couldNotFind('domain', domain_id ?? ''), named);
    return { role: roleView.for(call, 'detail')(row) };
  },
});

const list = operation({
  name: 'role-list',
  summary: 'List roles',
  method: 'GET',
  path: '/roles',
  policy: ['identity:list_roles'],
  queryParameters: { name: 'Only the role with this name', domain_id: 'The roles of this domain, not those for all' },
  success: 200,
  handler: async (call) => {
    const filters = { name: filter(call, 'name'), domain_id: filter(call, 'domain_id') || null };
    const rows = await listRoles(call.ports.database, filters);
    return listAnswer(call, 'roles', rows.map(roleView.for(call, 'detail')));
  },
});

const show = operation({
  name: 'role-show',
  summary: 'Show a role',
  method: 'GET',
  path: '/roles/{role_id}',
  policy: ['identity:get_role'],
  success: 200,
  handler: async (call) => ({ role: roleView.for(call, 'detail')(await found(call)) }),
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
    const { role } = call.body;
    const fixed = ['id', 'domain_id'];
    if (namesAny(role, fixed)) requireSame(role, await found(call), fixed);
    const schema = roleUpdateBody.properties.role;
    const [known, extra] = [knownIn(role, schema), extraIn(role, schema, roleView)];
    const isRenamed = role.name !== undefined;
    const what = { patch: { ...known, extra }, isTakingOff: takesOff({ ...known, ...extra }), isRenamed };
    const revoked = revokingNow(call);
    const change = updateRole(call.ports.database, id, what, revoked);
    const row = await orConflict('roles_name', () => sameRole(role.name ?? ''), orTooMuch(change));
    const changed = done(row, 'update', id);
    if (isRenamed) revoked.done([subject.role(id)]);
    return { role: roleView.for(call, 'detail')(changed) };
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
    done(await deleteRole(call.ports.database, id, revoked), 'delete', id);
    revoked.done([subject.role(id)]);
  },
});

export const roles: Resource = {
  name: 'roles',
  operations: [create, list, show, update, remove, inferences, implied, ...implications],
  rules: roleRules,
};
