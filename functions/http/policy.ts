// Who may do what: rules as data, in six words.
import type { Actor } from '../../infra/identity/port.ts';
import { forbidden } from './faults.ts';

/**
 * - `anyone`: every valid token.
 * - `projectReader`, `projectMember`, `projectAdmin`: that role on the project that owns the target, or `admin`.
 * - `admin`: the role admin.
 * - `service`: the role service, or admin.
 */
export type Word = 'anyone' | 'projectReader' | 'projectMember' | 'projectAdmin' | 'admin' | 'service';

/** Rules by their name in Cinder, each with its word. */
export type Rules = Readonly<Record<string, Word>>;

const inProject = (actor: Actor, role: string, projectId: string | null) =>
  actor.roles.has(role) && actor.projectId !== null && actor.projectId === projectId;

const words: Readonly<Record<Word, (actor: Actor, projectId: string | null) => boolean>> = {
  anyone: () => true,
  projectReader: (actor, projectId) => actor.roles.has('admin') || inProject(actor, 'reader', projectId),
  projectMember: (actor, projectId) => actor.roles.has('admin') || inProject(actor, 'member', projectId),
  projectAdmin: (actor, projectId) => actor.roles.has('admin') || inProject(actor, 'admin', projectId),
  admin: (actor) => actor.roles.has('admin'),
  service: (actor) => actor.roles.has('admin') || actor.roles.has('service'),
};

export class Policy {
  readonly rules: Rules;

  constructor(rules: Rules) {
    this.rules = rules;
  }

  /** Whether the actor may, on a target of that project (its own when none is named). An unknown rule refuses. */
  allows(rule: string, actor: Actor, projectId: string | null = actor.projectId): boolean {
    const word = this.rules[rule];
    return word !== undefined && words[word](actor, projectId);
  }

  /** Throws the 403 that names the rule unless the actor may. */
  require(rule: string, actor: Actor, projectId: string | null = actor.projectId): void {
    if (!this.allows(rule, actor, projectId)) throw forbidden(rule);
  }
}

declare const scoped: unique symbol;

/** The rows that an actor may see: those of one project, or all. Made from an actor, and from nothing else. */
export interface Scope {
  readonly [scoped]: true;
  /** Null: every project. */
  readonly projectId: string | null;
}

const scope = (projectId: string | null): Scope => ({ projectId }) as Scope; // the only place that may make one

/** For one resource by its id: an admin reaches every project's, anybody else their own project's. */
export function reach(actor: Actor): Scope {
  // A token without a project reaches nothing: no project has the empty id.
  return scope(actor.roles.has('admin') ? null : (actor.projectId ?? ''));
}

/** For lists and for new things: the actor's own project, and for an admin who asks for it every project. */
export function within(actor: Actor, allTenants: boolean): Scope {
  return scope(allTenants && actor.roles.has('admin') ? null : (actor.projectId ?? ''));
}

/** The scope as parameters: `(:scope::text IS NULL OR v.project_id = :scope::text)`. */
export function scopeParameter(of: Scope): { scope: string | null } {
  return { scope: of.projectId };
}
