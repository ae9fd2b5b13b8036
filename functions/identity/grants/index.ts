// Grants: which role a user has on a project, on a domain and on the system.
import { subject } from '../../../infra/identity/port.ts';
import { notFound } from '../../http/faults.ts';
import { type Call, type Operation, operation, type Resource } from '../../http/operation.ts';
import { couldNotFind } from '../faults.ts';
import { param } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { revokingNow } from '../revoking.ts';
import { roleView } from '../roles/view.ts';
import { grantRules } from './policy.ts';
import { deleteGrant, hasGrant, insertGrant, listGrants, scopeOf, type Target } from './store.ts';

interface On {
  readonly name: 'project' | 'domain' | 'system';
  readonly path: string;
  readonly rule: (verb: string) => string;
}

const grantRule = (verb: string) => (verb === 'list' ? 'identity:list_grants' : `identity:${verb}_grant`);
const systemRule = (verb: string) => `identity:${verb}_system_grant${verb === 'list' ? 's' : ''}_for_user`;

const targets: readonly On[] = [
  { name: 'project', path: '/projects/{project_id}', rule: grantRule },
  { name: 'domain', path: '/domains/{domain_id}', rule: grantRule },
  { name: 'system', path: '/system', rule: systemRule },
];

function targetOf(call: Call, on: On): Target {
  return {
    user_id: param(call, 'user_id'),
    project_id: on.name === 'project' ? param(call, 'project_id') : null,
    domain_id: on.name === 'domain' ? param(call, 'domain_id') : null,
  };
}

const noGrant = (roleId: string, target: Target) =>
  notFound(
    `Could not find role assignment with role: ${roleId}, user or group: ${target.user_id}, project, domain, ` +
      `or system: ${target.project_id ?? target.domain_id ?? 'system'}.`,
  );

async function give(call: Call, on: On): Promise<void> {
  const target = targetOf(call, on);
  const roleId = param(call, 'role_id');
  const found = await insertGrant(call.ports.database, target, roleId);
  if (!found.has_role) throw couldNotFind('role', roleId);
  if (!found.has_user) throw couldNotFind('user', target.user_id);
  if (!found.has_project) throw couldNotFind('project', target.project_id ?? '');
  if (!found.has_domain) throw couldNotFind('domain', target.domain_id ?? '');
}

async function check(call: Call, on: On): Promise<void> {
  const target = targetOf(call, on);
  const roleId = param(call, 'role_id');
  if (!(await hasGrant(call.ports.database, target, roleId))) throw noGrant(roleId, target);
}

async function take(call: Call, on: On): Promise<void> {
  const target = targetOf(call, on);
  const roleId = param(call, 'role_id');
  const revoked = revokingNow(call);
  if (!(await deleteGrant(call.ports.database, target, roleId, revoked))) throw noGrant(roleId, target);
  revoked.done([subject.grant(target.user_id, scopeOf(target))]);
}

async function list(call: Call, on: On) {
  const rows = await listGrants(call.ports.database, targetOf(call, on));
  return listAnswer(call, 'roles', rows.map(roleView.for(call, 'detail')));
}

function operationsOn(on: On): readonly Operation[] {
  const grants = `${on.path}/users/{user_id}/roles`;
  const grant = `${grants}/{role_id}`;
  const where = on.name === 'system' ? 'the system' : `a ${on.name}`;
  const described = (verb: string, rule: string) => ({
    name: `${on.name}-grant-${verb}`,
    policy: [on.rule(rule)],
    success: 204,
  });
  return [
    operation({
      ...described('list', 'list'),
      summary: `List a user's roles on ${where}`,
      method: 'GET',
      path: grants,
      success: 200,
      handler: (call) => list(call, on),
    }),
    operation({
      ...described('create', 'create'),
      summary: `Give a user a role on ${where}`,
      method: 'PUT',
      path: grant,
      handler: (call) => give(call, on),
    }),
    // HEAD is served from here too.
    operation({
      ...described('check', 'check'),
      summary: `Check that a user has a role on ${where}`,
      method: 'GET',
      path: grant,
      handler: (call) => check(call, on),
    }),
    operation({
      ...described('delete', 'revoke'),
      summary: `Take a role on ${where} from a user`,
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
