// Why a rule lets an actor pass or not: each of its checks with its result.
import type { Actor } from '../../infra/identity/port.ts';
import { type Check, compile, type Template } from './policy-check.ts';
import type { Rule } from './policy-table.ts';

/** A check, its result, and the checks that it is made of. */
export interface Explained {
  readonly check: string;
  readonly passes: boolean;
  /** For a rule: the line of the file that defines it; null for a default. */
  readonly line?: number | null;
  readonly of?: readonly Explained[];
}

export interface Asking {
  readonly actor: Actor;
  /** Of the target. */
  readonly projectId: string | null;
  readonly userId: string | null;
}

/** Explains a rule of a table that has been checked, so it refers to no missing rule and contains no cycle. */
export function explain(rules: ReadonlyMap<string, Rule>, name: string, asking: Asking): Explained {
  const rule = rules.get(name);
  if (rule === undefined) return { check: `rule:${name}`, passes: false };
  const inner = explainCheck(rules, rule.check, asking);
  return { check: `rule:${name}`, passes: inner.passes, line: rule.line, of: [inner] };
}

function explainCheck(rules: ReadonlyMap<string, Rule>, check: Check, asking: Asking): Explained {
  switch (check.kind) {
    case 'rule':
      return explain(rules, check.name, asking);
    case 'not': {
      const inner = explainCheck(rules, check.of, asking);
      return { check: 'not', passes: !inner.passes, of: [inner] };
    }
    case 'and': {
      const of = check.of.map((one) => explainCheck(rules, one, asking));
      return { check: 'all of', passes: of.every((one) => one.passes), of };
    }
    case 'or': {
      const of = check.of.map((one) => explainCheck(rules, one, asking));
      return { check: 'one of', passes: of.some((one) => one.passes), of };
    }
    default: {
      const { actor, projectId, userId } = asking;
      return { check: inWords(check), passes: compile(check, () => () => false)(actor, projectId, userId) };
    }
  }
}

/** A check that contains no others, as a file writes it. */
function inWords(check: Exclude<Check, { readonly kind: 'and' | 'or' | 'not' | 'rule' }>): string {
  switch (check.kind) {
    case 'always':
      return '@';
    case 'never':
      return '!';
    case 'role':
      return `role:${written(check.is)}`;
    case 'credential':
      return `${check.name}:${written(check.is)}`;
    case 'literal':
      return `'${check.value}':${written(check.is)}`;
  }
}

const written = (is: Template) =>
  is.map((part) => (typeof part === 'string' ? part.replaceAll('%', '%%') : `%(${part.target})s`)).join('');
