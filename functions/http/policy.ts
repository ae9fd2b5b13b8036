// Who may do what: rules as data, each compiled once into a closure that a request calls.
import type { Actor } from '../../infra/identity/port.ts';
import { forbidden } from './faults.ts';
import type { Rules } from './policy-base.ts';
import { type Override, type Rule, type RuleTable, ruleTable } from './policy-table.ts';

export type { Rules, Word } from './policy-base.ts';

const isAdminRule = 'context_is_admin';

export class Policy {
  readonly #table: RuleTable;
  readonly #decides: RuleTable['decide'];
  /** Actors as an overridden `context_is_admin` makes them; null while the default is in force. */
  readonly #admitted: WeakMap<Actor, Actor> | null;

  /** Throws PolicyError when a rule names one that is not there, or itself by a way round. */
  constructor(rules: Rules, overrides: readonly Override[] = []) {
    this.#table = ruleTable(rules, overrides);
    this.#decides = this.#table.decide;
    this.#admitted = overrides.some(({ name }) => name === isAdminRule) ? new WeakMap() : null;
  }

  /** The rules in force by name: for `scoria policy`. */
  get rules(): ReadonlyMap<string, Rule> {
    return this.#table.rules;
  }

  /**
   * Whether the actor may, on a target of that project (its own when none is named) and that user (null: not known,
   * and then `user_id:%(user_id)s` refuses). An unknown rule refuses.
   */
  allows(
    rule: string,
    actor: Actor,
    projectId: string | null = actor.projectId,
    userId: string | null = null,
  ): boolean {
    return this.#decides.get(rule)?.(actor, projectId, userId) ?? false;
  }

  /** Throws the 403 that names the rule unless the actor may. */
  require(rule: string, actor: Actor, projectId: string | null = actor.projectId): void {
    if (!this.allows(rule, actor, projectId)) throw forbidden(rule);
  }

  /** Whether the rule's answer may differ with the target's user, so that it is worth a context. */
  asksUser(rule: string): boolean {
    return this.#table.asksUser.has(rule);
  }

  /**
   * The actor as the rule `context_is_admin` sees it: with the role admin if it passes and without if not, since that
   * role is what reaches every project. The same actor when no file says otherwise.
   */
  admit(actor: Actor): Actor {
    if (this.#admitted === null) return actor;
    const known = this.#admitted.get(actor);
    if (known !== undefined) return known;
    const roles = new Set(actor.roles);
    if (this.allows(isAdminRule, actor, actor.projectId, actor.userId)) roles.add('admin');
    else roles.delete('admin');
    const admitted = { ...actor, roles };
    this.#admitted.set(actor, admitted);
    return admitted;
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

/** As reach(), and every project for services too: what a compute host opens is its users'. */
export function reachOfServices(actor: Actor): Scope {
  return actor.roles.has('service') ? scope(null) : reach(actor);
}

/** For lists and for new things: the actor's own project, and for an admin who asks for it every project. */
export function within(actor: Actor, allTenants: boolean): Scope {
  return scope(allTenants && actor.roles.has('admin') ? null : (actor.projectId ?? ''));
}

/** The scope as parameters: `(:scope::text IS NULL OR v.project_id = :scope::text)`. */
export function scopeParameter(of: Scope): { scope: string | null } {
  return { scope: of.projectId };
}
