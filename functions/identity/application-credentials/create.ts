// Making an application credential: it may pass on what the token that makes it has, and no more.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../../infra/clock/port.ts';
import type { Named, TokenClaims } from '../../../infra/identity/port.ts';
import { badRequest } from '../../http/faults.ts';
import { type Call, operation } from '../../http/operation.ts';
import { orConflict, sameCredential } from '../faults.ts';
import { keystoneOf, newId, param, refused, requireUnrestricted } from '../keystone.ts';
import { listAssignments } from '../role-assignments/store.ts';
import { accessRulesOf } from './access-rules.ts';
import { credentialCreateBody } from './body.ts';
import { insertCredential, type NewCredential } from './store.ts';
import { credentialView } from './view.ts';

type Asked = Static<typeof credentialCreateBody>['application_credential'];

const invalid = (detail: string) => badRequest(`Invalid application credential: ${detail}`);

export const createCredential = operation({
  name: 'application-credential-create',
  summary: 'Create an application credential for yourself',
  method: 'POST',
  path: '/users/{user_id}/application_credentials',
  policy: ['identity:create_application_credential'],
  body: credentialCreateBody,
  success: 201,
  handler: async (call: Call<Static<typeof credentialCreateBody>, 'user_id'>) => {
    const claims = await requireUnrestricted(call);
    const projectId = requireOwnProject(claims, param(call, 'user_id'));
    const asked = call.body.application_credential;
    const roles = await rolesOf(call, asked, claims, projectId);
    const secret = asked.secret ?? call.ports.ids.secret(64);
    const made: NewCredential = {
      id: newId(call),
      userId: claims.user.id,
      projectId,
      name: asked.name,
      description: asked.description ?? null,
      secret: await keystoneOf(call).passwords.hash(secret),
      roleIds: roles.map((role) => role.id),
      isUnrestricted: asked.unrestricted ?? false,
      expiresAt: expiryOf(asked, call.ports.clock.now()),
      accessRules: await accessRulesOf(call, claims.user.id, asked.access_rules),
    };
    const insert = insertCredential(call.ports.database, made, timestamp(call.ports.clock));
    const rules = await orConflict('application_credentials_name', () => sameCredential(asked.name), insert);
    return { application_credential: { ...render(call, made, roles, rules), secret } };
  },
});

/** The project of the credential. */
function requireOwnProject(claims: TokenClaims, userId: string): string {
  if (claims.user.id !== userId) throw refused('identity:create_application_credential.');
  if (claims.project === null) throw invalid('the token must be scoped to a project.');
  return claims.project.id;
}

/** Those of the token, or those that are asked for, of what the user has on the project now. */
async function rolesOf(
  call: Call<unknown>,
  asked: Asked,
  claims: TokenClaims,
  projectId: string,
): Promise<readonly Named[]> {
  const wanted = asked.roles ?? [];
  if (wanted.length === 0) return claims.roles;
  const passed = wanted.map((one) => ({ one, role: claims.roles.find((role) => isMeant(one, role)) }));
  const isAll = passed.every(({ role }) => role !== undefined);
  // A credential passes on what it was given and nothing that its user has been given since.
  const held = isAll || claims.credential !== null ? [] : await heldRoles(call, claims.user.id, projectId);
  return passed.map(({ one, role = held.find((other) => isMeant(one, other)) }) => {
    if (role === undefined) throw invalid(`the user has no role ${one.id ?? one.name ?? ''} on the project.`);
    return role;
  });
}

const isMeant = (asked: NonNullable<Asked['roles']>[number], role: Named) =>
  asked.id === undefined ? role.name.toLowerCase() === asked.name?.toLowerCase() : role.id === asked.id;

async function heldRoles(call: Call<unknown>, userId: string, projectId: string): Promise<readonly Named[]> {
  const everything = { group_id: null, domain_id: null, role_id: null, inherited: null, on_system: false };
  const filters = { ...everything, user_id: userId, project_id: projectId, effective: true };
  const rows = await listAssignments(call.ports.database, filters);
  return rows.map((row) => ({ id: row.role_id, name: row.role_name }));
}

function expiryOf(asked: Asked, now: number): string | null {
  if (asked.expires_at == null) return null;
  const text = asked.expires_at.trim();
  const inUtc = /[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`;
  const at = Date.parse(inUtc);
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(at)) throw invalid('expires_at is not a time in ISO 8601.');
  if (at <= now) throw invalid('expires_at is in the past.');
  // With the microseconds, which a Date has not.
  const digits = /\.(\d{1,6})/.exec(text)?.[1] ?? '';
  return `${new Date(at).toISOString().slice(0, 19)}.${digits.padEnd(6, '0')}Z`;
}

function render(call: Call<unknown>, made: NewCredential, roles: readonly Named[], rules: string | null) {
  return credentialView.for(
    call,
    'detail',
  )({
    id: made.id,
    user_id: made.userId,
    project_id: made.projectId,
    name: made.name,
    description: made.description,
    unrestricted: made.isUnrestricted,
    expires_at: made.expiresAt,
    roles: JSON.stringify(roles),
    access_rules: rules,
  });
}
