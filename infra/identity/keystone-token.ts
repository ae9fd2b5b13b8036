// What Keystone says of a token (GET /v3/auth/tokens), read into an actor.
import type { AccessRule, Actor } from './port.ts';
import { roleSet } from './roles.ts';

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** The actor of an answer of Keystone; null when the answer is not what the API reference says. */
export function actorOfAnswer(body: unknown): Actor | null {
  const token = fieldsOf(fieldsOf(body).token);
  const user = fieldsOf(token.user);
  const project = fieldsOf(token.project);
  const userId = textOf(user.id);
  const expiresAt = Date.parse(textOf(token.expires_at) ?? '');
  if (userId === null || Number.isNaN(expiresAt)) return null;
  return {
    userId,
    userName: textOf(user.name) ?? userId,
    userDomainId: textOf(fieldsOf(user.domain).id),
    projectId: textOf(project.id),
    projectDomainId: textOf(fieldsOf(project.domain).id),
    domainId: textOf(fieldsOf(token.domain).id),
    isSystem: fieldsOf(token.system).all === true,
    roles: roleSet(rolesOf(token.roles)),
    expiresAt,
    ...(token.is_admin_project === false ? { isAdminProject: false } : {}),
    ...accessRulesOf(fieldsOf(token.application_credential).access_rules),
  };
}

/** A rule that cannot be read allows nothing; it does not vanish. */
function accessRulesOf(rules: unknown): Pick<Actor, 'accessRules'> {
  if (rules === undefined || rules === null) return {};
  if (!Array.isArray(rules)) return { accessRules: [] };
  const accessRules = rules.map((rule): AccessRule => {
    const { service, method, path } = fieldsOf(rule);
    return { service: textOf(service) ?? '', method: textOf(method) ?? '', path: textOf(path) ?? '' };
  });
  return { accessRules };
}

/** Keystone has added the implied ones when it made the token. */
function rolesOf(roles: unknown): string[] {
  if (!Array.isArray(roles)) return [];
  return roles.flatMap((role) => textOf(fieldsOf(role).name)?.toLowerCase() ?? []);
}
