// A policy check as a value, and the closure that requests run: the language of oslo.policy without its evaluator.
import type { Actor } from '../../infra/identity/port.ts';

/** The right-hand side of the colon: text that may contain attributes of the target, `%(project_id)s`. */
export type Template = readonly (string | { readonly target: string })[];

export type Check =
  | { readonly kind: 'always' | 'never' }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Check[] }
  | { readonly kind: 'not'; readonly of: Check }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'role'; readonly is: Template }
  /** An attribute of the actor: `project_id:%(project_id)s`. */
  | { readonly kind: 'credential'; readonly name: string; readonly is: Template }
  /** A constant: `'public':%(visibility)s`, `True:%(is_public)s`. */
  | { readonly kind: 'literal'; readonly value: string; readonly is: Template };

/** A check that is ready to run: whether the actor passes, on a target of that project and user (null: not known). */
export type Decide = (actor: Actor, projectId: string | null, userId: string | null) => boolean;

/**
 * What checks may read of the actor, under the names of oslo.context. Null equals nothing, so nobody owns what has no
 * owner. For roles, one equal role is enough; they are in lower case here, because `role:` ignores case.
 */
export const credentials: Readonly<Record<string, (actor: Actor) => string | ReadonlySet<string> | null>> = {
  user_id: (actor) => actor.userId,
  user_domain_id: (actor) => actor.userDomainId,
  project_id: (actor) => actor.projectId,
  project_domain_id: (actor) => actor.projectDomainId,
  domain_id: (actor) => actor.domainId,
  roles: (actor) => actor.roles,
  service_user_id: ({ service }) => service?.userId ?? null,
  service_user_domain_id: ({ service }) => service?.userDomainId ?? null,
  service_project_id: ({ service }) => service?.projectId ?? null,
  service_project_domain_id: ({ service }) => service?.projectDomainId ?? null,
  service_roles: ({ service }) => service?.roles ?? null,
  is_admin: (actor) => python(actor.roles.has('admin')),
  // A Keystone without an admin project does not send this; then every project counts as one.
  is_admin_project: (actor) => python(actor.isAdminProject !== false),
  system_scope: (actor) => (actor.isSystem ? 'all' : null),
};

/** All possible values of attributes that have few: a check for any other value never matches. */
export const credentialValues: Readonly<Record<string, readonly string[]>> = {
  is_admin: ['True', 'False'],
  is_admin_project: ['True', 'False'],
  system_scope: ['all'],
};

const python = (value: boolean) => (value ? 'True' : 'False');

/** What checks may read of a target. */
export const targetAttributes: readonly string[] = ['project_id', 'user_id'];

/** Compiles a check. `rule` gives the closure of a named rule, so that a reference costs one call. */
export function compile(check: Check, rule: (name: string) => Decide): Decide {
  switch (check.kind) {
    case 'always':
      return () => true;
    case 'never':
      return () => false;
    case 'rule':
      return rule(check.name);
    case 'not':
      return negate(compile(check.of, rule));
    case 'and':
      return every(check.of.map((one) => compile(one, rule)));
    case 'or':
      return some(check.of.map((one) => compile(one, rule)));
    case 'role':
      return hasRole(check.is);
    case 'credential':
      return sameCredential(check.name, check.is);
    case 'literal': {
      const of = render(check.is);
      return (_actor, projectId, userId) => of(projectId, userId) === check.value;
    }
  }
}

const negate =
  (one: Decide): Decide =>
  (actor, projectId, userId) =>
    !one(actor, projectId, userId);

function every(all: readonly Decide[]): Decide {
  const [a, b] = all;
  if (all.length === 2 && a !== undefined && b !== undefined) {
    return (actor, projectId, userId) => a(actor, projectId, userId) && b(actor, projectId, userId);
  }
  return (actor, projectId, userId) => all.every((one) => one(actor, projectId, userId));
}

function some(all: readonly Decide[]): Decide {
  const [a, b] = all;
  if (all.length === 2 && a !== undefined && b !== undefined) {
    return (actor, projectId, userId) => a(actor, projectId, userId) || b(actor, projectId, userId);
  }
  return (actor, projectId, userId) => all.some((one) => one(actor, projectId, userId));
}

/** Roles are compared without regard to case, as Keystone does. */
function hasRole(is: Template): Decide {
  const constant = constantOf(is)?.toLowerCase();
  if (constant !== undefined) return (actor) => actor.roles.has(constant);
  const of = render(is);
  return (actor, projectId, userId) => actor.roles.has(of(projectId, userId)?.toLowerCase() ?? '');
}

function sameCredential(name: string, is: Template): Decide {
  const read = Object.hasOwn(credentials, name) ? credentials[name] : undefined;
  if (read === undefined) return () => false;
  const [only] = is;
  // The two checks that every default is made of.
  if (is.length === 1 && typeof only === 'object' && only.target === name) {
    if (name === 'project_id') return (actor, projectId) => actor.projectId !== null && actor.projectId === projectId;
    if (name === 'user_id') return (actor, _projectId, userId) => actor.userId === userId;
  }
  const of = render(is);
  return (actor, projectId, userId) => {
    const value = read(actor);
    if (value === null || typeof value === 'string') return value !== null && value === of(projectId, userId);
    return value.has(of(projectId, userId) ?? '');
  };
}

/** The text of a template without attributes. */
export function constantOf(is: Template): string | undefined {
  return is.every((part) => typeof part === 'string') ? is.join('') : undefined;
}

/** Fills in a template; null when it uses an attribute that targets do not have. An empty attribute is `None`. */
function render(is: Template): (projectId: string | null, userId: string | null) => string | null {
  const constant = constantOf(is);
  if (constant !== undefined) return () => constant;
  if (attributesOf(is).some((name) => !targetAttributes.includes(name))) return () => null;
  return (projectId, userId) =>
    is
      .map((part) => (typeof part === 'string' ? part : ((part.target === 'user_id' ? userId : projectId) ?? 'None')))
      .join('');
}

export const attributesOf = (is: Template): string[] =>
  is.flatMap((part) => (typeof part === 'string' ? [] : [part.target]));

/** The check itself, then every check inside it. */
export function* parts(check: Check): Generator<Check> {
  yield check;
  if (check.kind === 'not') yield* parts(check.of);
  if (check.kind === 'and' || check.kind === 'or') for (const one of check.of) yield* parts(one);
}
