// Who may do what: rules as data, each compiled once into a closure that requests call.
import type { Actor } from '../../infra/identity/port.ts';
import { forbidden } from './faults.ts';
import type { Rules } from './policy-base.ts';
import { type Override, type Rule, type RuleTable, ruleTable } from './policy-table.ts';

export type { Rules, Word } from './policy-base.ts';

const isAdminRule = 'context_is_admin';

export class Policy {
  readonly #table: RuleTable;
  readonly #decides: RuleTable['decide'];
  /** Converts actors as an overridden `context_is_admin` demands; null while the default is in force. */
  readonly #admitted: WeakMap<Actor, Actor> | null;

  /** Throws PolicyError when a rule refers to a missing rule, or to itself through others. */
  constructor(rules: Rules, overrides: readonly Override[] = []) {
    this.#table = ruleTable(rules, overrides);
    this.#decides = this.#table.decide;
    this.#admitted = overrides.some(({ name }) => name === isAdminRule) ? new WeakMap() : null;
  }

  /** The rules in force by name, for `scoria policy`. */
  get rules(): ReadonlyMap<string, Rule> {
    return this.#table.rules;
  }

  /**
   * Whether the rule lets the actor pass, on a target of that project (default: the actor's own) and that user (null:
   * not known, so that `user_id:%(user_id)s` refuses). An unknown rule refuses.
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

  /** Whether the rule's answer can depend on the target's user, so that looking the user up is worth a statement. */
  asksUser(rule: string): boolean {
    return this.#table.asksUser.has(rule);
  }

  /**
   * The actor as the rule `context_is_admin` sees it: with the role admin if the rule passes, without it if not,
   * because that role is what reaches every project. Unchanged when no file overrides the rule.
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

/** The rows that an actor may see: those of one project, or all. Can be made only from an actor. */
export interface Scope {
  readonly [scoped]: true;
  /** Null: every project. */
  readonly projectId: string | null;
}

const scope = (projectId: string | null): Scope => ({ projectId }) as Scope; // the only place that may make one

/** For one resource by its id: an admin reaches those of every project, anybody else those of their own. */
export function reach(actor: Actor): Scope {
  // A token without a project reaches nothing: no project has the empty id.
  return scope(actor.roles.has('admin') ? null : (actor.projectId ?? ''));
}

/** Like reach(), but services reach every project too: a compute host opens the volumes of its users. */
export function reachOfServices(actor: Actor): Scope {
  return actor.roles.has('service') ? scope(null) : reach(actor);
}

/** For lists and for new resources: the actor's own project, or every project for an admin who asks for that. */
export function within(actor: Actor, allTenants: boolean): Scope {
  return scope(allTenants && actor.roles.has('admin') ? null : (actor.projectId ?? ''));
}

/** The scope as parameters: `(:scope::text IS NULL OR v.project_id = :scope::text)`. */
export function scopeParameter(of: Scope): { scope: string | null } {
  return { scope: of.projectId };
}
