// Users: who may sign in.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../../infra/clock/port.ts';
import { subject } from '../../../infra/identity/port.ts';
import { defaultDomainId } from '../../../schema/identity.ts';
import { type Call, operation, type Resource } from '../../http/operation.ts';
import { asObject, extraIn, knownIn, orTooMuch } from '../extra.ts';
import { couldNotFind, orConflict, sameUser } from '../faults.ts';
import { namesAny, requireSame } from '../immutable.ts';
import { enabledFilter, filter, keystoneOf, newId, param, requireSelfOr } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { projectFilters, projectParameters } from '../projects/filters.ts';
import { listProjectsOfUser } from '../projects/store.ts';
import { projectView } from '../projects/view.ts';
import { revokingNow } from '../revoking.ts';
import { userCreateBody, userUpdateBody } from './body.ts';
import { requireMethods } from './options.ts';
import { changePassword } from './password.ts';
import { userRules } from './policy.ts';
import { deleteUser, insertUser, listUsers, showUser, updateUser } from './store.ts';
import { userView } from './view.ts';

const create = operation({
  name: 'user-create',
  summary: 'Create a user',
  method: 'POST',
  path: '/users',
  policy: ['identity:create_user'],
  body: userCreateBody,
  success: 201,
  handler: async (call) => {
    const { user } = call.body;
    const row = {
      id: newId(call),
      domain_id: user.domain_id ?? call.actor.domainId ?? defaultDomainId,
      name: user.name,
      email: user.email ?? null,
      description: user.description ?? null,
      default_project_id: user.default_project_id ?? null,
      enabled: user.enabled ?? true,
      options: asObject(user.options),
      extra: asObject(extraIn(user, userCreateBody.properties.user, userView)),
    };
    requireMethods(user.options);
    const password = user.password == null ? null : await keystoneOf(call).passwords.hash(user.password);
    const insert = insertUser(call.ports.database, row, password, timestamp(call.ports.clock));
    const made = await orConflict('users_name', () => sameUser(row.name, row.domain_id), orTooMuch(insert));
    if (made === null) throw couldNotFind('domain', row.domain_id);
    expect(call, made, user.password);
    return { user: userView.for(call, 'detail')(made) };
  },
});

/** Filters that no user here passes: no password expires, and nobody comes from an identity provider. */
const ofNobody = {
  password_expires_at: 'Only those whose password expires then: none',
  idp_id: 'Only those of this identity provider: none',
  protocol_id: 'Only those of this federation protocol: none',
  unique_id: 'Only those with this id at an identity provider: none',
} as const;

const list = operation({
  name: 'user-list',
  summary: 'List users',
  method: 'GET',
  path: '/users',
  policy: ['identity:list_users'],
  queryParameters: {
    name: 'Only users with this name',
    domain_id: 'Only users of this domain',
    enabled: 'Only enabled (true) or disabled (false) ones',
    ...ofNobody,
  },
  success: 200,
  handler: async (call) => {
    const filters = {
      name: filter(call, 'name'),
      domain_id: filter(call, 'domain_id'),
      enabled: enabledFilter(call),
    };
    const isOfNobody = Object.keys(ofNobody).some((name) => call.query.has(name));
    const rows = isOfNobody ? [] : await listUsers(call.ports.database, filters);
    return listAnswer(call, 'users', rows.map(userView.for(call, 'detail')));
  },
});

const show = operation({
  name: 'user-show',
  summary: 'Show a user',
  method: 'GET',
  path: '/users/{user_id}',
  policy: [],
  success: 200,
  handler: async (call) => {
    const id = param(call, 'user_id');
    requireSelfOr(call, 'identity:get_user', id);
    const row = await showUser(call.ports.database, id);
    if (row === null) throw couldNotFind('user', id);
    return { user: userView.for(call, 'detail')(row) };
  },
});

const update = operation({
  name: 'user-update',
  summary: 'Change a user',
  method: 'PATCH',
  path: '/users/{user_id}',
  policy: ['identity:update_user'],
  body: userUpdateBody,
  success: 200,
  handler: async (call) => {
    const id = param(call, 'user_id');
    const { user } = call.body;
    const schema = userUpdateBody.properties.user;
    const { password: plain, domain_id: _, ...known } = knownIn(user, schema);
    const patch = { ...known, extra: extraIn(user, schema, userView) };
    requireMethods(user.options);
    await requireSameUser(call, id);
    const password = plain === undefined ? null : await keystoneOf(call).passwords.hash(plain);
    const revoked = revokingNow(call);
    const change = updateUser(call.ports.database, id, { patch, password, oldPassword: null }, revoked);
    const row = await orConflict('users_name', () => sameUser(known.name ?? '', null), orTooMuch(change));
    if (row === null) throw couldNotFind('user', id);
    if (!row.enabled || password !== null) revoked.done([subject.user(id)]);
    expect(call, row, plain);
    return { user: userView.for(call, 'detail')(row) };
  },
});

/** Whoever signs in with a new password need not wait behind a flood of wrong ones. */
function expect(call: Call<unknown>, { id, name }: { id: string; name: string }, password: string | null | undefined) {
  if (password == null) return;
  for (const named of [id, name]) keystoneOf(call).passwords.expect(named, password);
}

/** A user stays in its domain. */
async function requireSameUser(call: Call<Static<typeof userUpdateBody>>, id: string): Promise<void> {
  const { user } = call.body;
  requireSame(user, { id }, ['id']);
  if (!namesAny(user, ['domain_id'])) return;
  const row = await showUser(call.ports.database, id);
  if (row === null) throw couldNotFind('user', id);
  requireSame(user, row, ['domain_id']);
}

const remove = operation({
  name: 'user-delete',
  summary: 'Delete a user',
  method: 'DELETE',
  path: '/users/{user_id}',
  policy: ['identity:delete_user'],
  success: 204,
  handler: async (call) => {
    const id = param(call, 'user_id');
    const revoked = revokingNow(call);
    if (!(await deleteUser(call.ports.database, id, revoked))) throw couldNotFind('user', id);
    revoked.done([subject.user(id)]);
  },
});

const projects = operation({
  name: 'user-project-list',
  summary: 'List the projects that a user has a role on',
  method: 'GET',
  path: '/users/{user_id}/projects',
  policy: [],
  queryParameters: projectParameters,
  success: 200,
  handler: async (call) => {
    const id = param(call, 'user_id');
    requireSelfOr(call, 'identity:list_user_projects', id);
    const rows = await listProjectsOfUser(call.ports.database, id, projectFilters(call));
    return listAnswer(call, 'projects', rows.map(projectView.for(call, 'detail')));
  },
});

export const users: Resource = {
  name: 'users',
  operations: [create, list, show, update, remove, changePassword, projects],
  rules: userRules,
};
