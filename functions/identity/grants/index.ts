// Grants: which role a user or a group has on a project, on a domain and on the system; and which ones the projects
// of a domain, or those below a project, inherit.
import { Fault, notFound } from '../../http/faults.ts';
import { type Call, type Operation, operation, type Resource } from '../../http/operation.ts';
import { couldNotFind } from '../faults.ts';
import { param } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { revokingNow } from '../revoking.ts';
import { roleView } from '../roles/view.ts';
import { grantRules } from './policy.ts';
import { deleteGrant, hasGrant, insertGrant, listGrants, type Target } from './store.ts';

interface On {
  readonly name: 'project' | 'domain' | 'system';
  readonly path: Place | `/OS-INHERIT${Place}`;
  readonly actor: 'user' | 'group';
  readonly inherited: boolean;
}

const places = { project: '/projects/{project_id}', domain: '/domains/{domain_id}', system: '/system' } as const;

type Place = (typeof places)[keyof typeof places];

/** Each path has those of its own; targetOf() asks for no others. */
type Param = 'project_id' | 'domain_id' | 'user_id' | 'group_id';
type GrantCall = Call<unknown, Param | 'role_id'>;

const targets: readonly On[] = (['user', 'group'] as const).flatMap((actor) =>
  (['project', 'domain', 'system'] as const).flatMap((name) => {
    const on = { name, path: places[name], actor, inherited: false };
    // The system has nothing below it.
    return name === 'system' ? [on] : [on, { ...on, path: `/OS-INHERIT${on.path}` as const, inherited: true }];
  }),
);

function ruleOf(on: On, verb: string): string {
  if (on.name === 'system') return `identity:${verb}_system_grant${verb === 'list' ? 's' : ''}_for_${on.actor}`;
  return verb === 'list' ? 'identity:list_grants' : `identity:${verb}_grant`;
}

function targetOf(call: Call<unknown, Param>, on: On): Target {
  return {
    user_id: on.actor === 'user' ? param(call, 'user_id') : null,
    group_id: on.actor === 'group' ? param(call, 'group_id') : null,
    project_id: on.name === 'project' ? param(call, 'project_id') : null,
    domain_id: on.name === 'domain' ? param(call, 'domain_id') : null,
    inherited: on.inherited,
  };
}

const noGrant = (roleId: string, target: Target) =>
  notFound(
    `Could not find role assignment with role: ${roleId}, user or group: ${target.user_id ?? target.group_id}, project, domain, ` +
      `or system: ${target.project_id ?? target.domain_id ?? 'system'}.`,
  );

async function give(call: GrantCall, on: On): Promise<void> {
  const target = targetOf(call, on);
  const roleId = param(call, 'role_id');
  const found = await insertGrant(call.ports.database, target, roleId);
  if (!found.has_role) throw couldNotFind('role', roleId);
  if (!found.has_user) throw couldNotFind('user', target.user_id ?? '');
  if (!found.has_group) throw couldNotFind('group', target.group_id ?? '');
  if (!found.has_project) throw couldNotFind('project', target.project_id ?? '');
  if (!found.has_domain) throw couldNotFind('domain', target.domain_id ?? '');
  if (!found.role_fits) {
    throw new Fault(
      403,
      `Project ${target.project_id} must be in the same domain as the role ${roleId} being assigned.`,
    );
  }
}

async function check(call: GrantCall, on: On): Promise<void> {
  const target = targetOf(call, on);
  const roleId = param(call, 'role_id');
  if (!(await hasGrant(call.ports.database, target, roleId))) throw noGrant(roleId, target);
}

async function take(call: GrantCall, on: On): Promise<void> {
  const target = targetOf(call, on);
  const roleId = param(call, 'role_id');
  const revoked = revokingNow(call);
  const ended = await deleteGrant(call.ports.database, target, roleId, revoked);
  if (ended === null) throw noGrant(roleId, target);
  revoked.done(ended);
}

async function list(call: Call<unknown, Param>, on: On) {
  const rows = await listGrants(call.ports.database, targetOf(call, on));
  return listAnswer(call, 'roles', rows.map(roleView.for(call, 'detail')));
}

function operationsOn(on: On): readonly Operation[] {
  const end = on.inherited ? ('/inherited_to_projects' as const) : ('' as const);
  const grants = `${on.path}/${on.actor}s/{${on.actor}_id}/roles` as const;
  const grant = `${grants}/{role_id}${end}` as const;
  const where = on.name === 'system' ? 'the system' : `${on.inherited ? 'the projects of' : ''} a ${on.name}`.trim();
  const prefix = `${on.inherited ? 'inherited-' : ''}${on.name}-${on.actor === 'group' ? 'group-' : ''}grant`;
  const described = (verb: string, rule: string) => ({
    name: `${prefix}-${verb}`,
    policy: [ruleOf(on, rule)],
    success: 204,
  });
  return [
    operation({
      ...described('list', 'list'),
      summary: `List a ${on.actor}'s roles on ${where}`,
      method: 'GET',
      path: `${grants}${end}`,
      success: 200,
      handler: (call) => list(call, on),
    }),
    operation({
      ...described('create', 'create'),
      summary: `Give a ${on.actor} a role on ${where}`,
      method: 'PUT',
      path: grant,
      handler: (call) => give(call, on),
    }),
    // HEAD is served from here too.
    operation({
      ...described('check', 'check'),
      summary: `Check that a ${on.actor} has a role on ${where}`,
      method: 'GET',
      path: grant,
      handler: (call) => check(call, on),
    }),
    operation({
      ...described('delete', 'revoke'),
      summary: `Take a role on ${where} from a ${on.actor}`,
      method: 'DELETE',
      path: grant,
      handler: (call) => take(call, on),
    }),
  ];
}

export const grants: Resource = {
  name: 'grants',
  operations: targets.flatMap(operationsOn),
  rules: grantRules,
};
