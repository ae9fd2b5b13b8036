// Making an application credential: it may pass on what the token that makes it has, and no more.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../../infra/clock/port.ts';
import type { Named, TokenClaims } from '../../../infra/identity/port.ts';
import { badRequest } from '../../http/faults.ts';
import { type Call, operation } from '../../http/operation.ts';
import { orConflict, sameCredential } from '../faults.ts';
import { keystoneOf, newId, param, refused, requireUnrestricted } from '../keystone.ts';
import { accessRulesOf } from './access-rules.ts';
import { credentialCreateBody } from './body.ts';
import { insertCredential, type NewCredential } from './store.ts';
import { credentialView } from './view.ts';

type Asked = Static<typeof credentialCreateBody>['application_credential'];

const invalid = (detail: string) => badRequest(`Invalid application credential: ${detail}`);

export const createCredential = operation({
  name: 'application-credential-create',
  summary: 'Create an application credential for oneself',
  method: 'POST',
  path: '/users/{user_id}/application_credentials',
  policy: ['identity:create_application_credential'],
  body: credentialCreateBody,
  success: 201,
  handler: async (call: Call<Static<typeof credentialCreateBody>>) => {
    const claims = await requireUnrestricted(call);
    const projectId = requireOwnProject(claims, param(call, 'user_id'));
    const asked = call.body.application_credential;
    const roles = rolesOf(asked, claims);
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

function rolesOf(asked: Asked, claims: TokenClaims): readonly Named[] {
  if (asked.roles === undefined || asked.roles.length === 0) return claims.roles;
  return asked.roles.map((wanted) => {
    const name = wanted.name?.toLowerCase();
    const found = claims.roles.find((role) =>
      wanted.id === undefined ? role.name.toLowerCase() === name : role.id === wanted.id,
    );
    if (found === undefined) throw invalid(`the user has no role ${wanted.id ?? wanted.name ?? ''} on the project.`);
    return found;
  });
}

function expiryOf(asked: Asked, now: number): string | null {
  if (asked.expires_at == null) return null;
  const text = asked.expires_at.trim();
  const inUtc = /[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`;
  const at = Date.parse(inUtc);
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(at)) throw invalid('expires_at is not a time in ISO 8601.');
  if (at <= now) throw invalid('expires_at is in the past.');
  return new Date(at).toISOString();
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
