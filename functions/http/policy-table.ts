// The rules in force: those of the resources, the base rules, and what a file overrides. Checked as a whole, then
// compiled.
// compiled.
import { baseRules, formerNames, type Rules, wordChecks } from './policy-base.ts';
import {
  attributesOf,
  type Check,
  compile,
  constantOf,
  credentials,
  credentialValues,
  type Decide,
  parts,
  targetAttributes,
} from './policy-check.ts';
import { type Entry, PolicyError, type Problem, readPolicyFile } from './policy-file.ts';
import { CheckError, parseCheck, parseRule } from './policy-parse.ts';

/** A rule of an operator's file, parsed. */
export interface Override extends Entry {
  readonly check: Check;
}

/** Where a rule in force comes from. */
export interface Rule {
  readonly name: string;
  /** The check string, or the lists as JSON. */
  readonly text: string;
  readonly check: Check;
  /** The line of the file that defines it; null for a default. */
  readonly line: number | null;
}

export interface RuleTable {
  readonly rules: ReadonlyMap<string, Rule>;
  readonly decide: ReadonlyMap<string, Decide>;
  /** Rules whose answer can depend on the target's user. */
  readonly asksUser: ReadonlySet<string>;
}

/** Reads the text of a policy file. Throws PolicyError with every line that cannot be read. */
export function readOverrides(text: string): Override[] {
  const problems: Problem[] = [];
  const read = readPolicyFile(text).flatMap((entry) => {
    try {
      return [{ ...entry, check: parseRule(entry.written) }];
    } catch (error) {
      if (!(error instanceof CheckError)) throw error;
      problems.push({ line: entry.line, rule: entry.name, says: error.message });
      return [];
    }
  });
  if (problems.length > 0) throw new PolicyError(problems);
  const named = new Set(read.map(({ name }) => name));
  return read.flatMap((one) => [one, ...underNewNames(one).filter(({ name }) => !named.has(name))]);
}

/** The rule under the names that replaced its own. One that only refers to its new name has no effect. */
function underNewNames(one: Override): Override[] {
  const names = Object.hasOwn(formerNames, one.name) ? (formerNames[one.name] ?? []) : [];
  const pointsTo = (name: string) => one.check.kind === 'rule' && one.check.name === name;
  return names.filter((name) => !pointsTo(name)).map((name) => ({ ...one, name }));
}

/** Makes the rules in force. Throws PolicyError when one refers to a missing rule, or to itself through others. */
export function ruleTable(declared: Rules, overrides: readonly Override[]): RuleTable {
  const rules = new Map<string, Rule>();
  const add = (name: string, text: string) => rules.set(name, { name, text, check: parseCheck(text), line: null });
  for (const [name, text] of Object.entries(baseRules)) add(name, text);
  for (const [name, word] of Object.entries(declared)) add(name, wordChecks[word]);
  for (const { name, written, check, line } of overrides) {
    rules.set(name, { name, text: typeof written === 'string' ? written : JSON.stringify(written), check, line });
  }
  checkReferences(rules);
  const decide = compileAll(rules);
  const asksUser = new Set([...rules.keys()].filter((name) => reachable(rules, name).some(dependsOnUser)));
  return { rules, decide, asksUser };
}

/** The longest chain of rules, so that none exhausts the stack. */
const deepest = 64;

const referencesOf = (rule: Rule): string[] =>
  [...parts(rule.check)].flatMap((part) => (part.kind === 'rule' ? [part.name] : []));

function checkReferences(rules: ReadonlyMap<string, Rule>): void {
  const problems: Problem[] = [];
  for (const rule of rules.values()) {
    for (const name of referencesOf(rule)) {
      if (rules.has(name)) continue;
      problems.push({ line: rule.line, rule: rule.name, says: `names the rule "${name}", which is not there` });
    }
  }
  const finished = new Set<string>();
  const walk = (name: string, way: readonly string[]): void => {
    const rule = rules.get(name);
    if (rule === undefined || finished.has(name)) return;
    if (way.length > deepest) {
      problems.push({
        line: rule.line,
        rule: name,
        says: `is made of more than ${deepest} rules that name each other`,
      });
      finished.add(name);
      return;
    }
    const at = way.indexOf(name);
    if (at !== -1) {
      const circle = [...way.slice(at), name].join(' -> ');
      problems.push({ line: lineIn(rules, way.slice(at)), rule: name, says: `goes round in a circle: ${circle}` });
      finished.add(name);
      return;
    }
    for (const one of referencesOf(rule)) walk(one, [...way, name]);
    finished.add(name);
  };
  for (const name of rules.keys()) walk(name, []);
  if (problems.length > 0) throw new PolicyError(problems);
}

const lineIn = (rules: ReadonlyMap<string, Rule>, names: readonly string[]): number | null =>
  names.map((name) => rules.get(name)?.line ?? null).find((line) => line !== null) ?? null;

function compileAll(rules: ReadonlyMap<string, Rule>): Map<string, Decide> {
  const done = new Map<string, Decide>();
  const get = (name: string): Decide => {
    const known = done.get(name);
    if (known !== undefined) return known;
    const rule = rules.get(name);
    const made = rule === undefined ? () => false : compile(rule.check, get);
    done.set(name, made);
    return made;
  };
  for (const name of rules.keys()) get(name);
  return done;
}

/** Every check that can decide a rule. */
function reachable(rules: ReadonlyMap<string, Rule>, name: string, seen = new Set<string>()): Check[] {
  const rule = rules.get(name);
  if (rule === undefined || seen.has(name)) return [];
  seen.add(name);
  return [...parts(rule.check)].flatMap((part) => (part.kind === 'rule' ? reachable(rules, part.name, seen) : [part]));
}

const asked = (check: Check): string[] => ('is' in check ? attributesOf(check.is) : []);
const dependsOnUser = (check: Check) => asked(check).includes('user_id');

function neverEqual(part: Check): string[] {
  const constant = part.kind === 'credential' ? constantOf(part.is) : undefined;
  if (part.kind !== 'credential' || constant === undefined) return [];
  if (part.name.endsWith('roles') && constant !== constant.toLowerCase()) {
    return [`asks "${part.name}" for "${constant}", and roles are in lower case here: it never matches`];
  }
  const values = Object.hasOwn(credentialValues, part.name) ? (credentialValues[part.name] ?? []) : [constant];
  if (values.includes(constant)) return [];
  return [`asks whether "${part.name}" is "${constant}", and it is only ever ${values.join(' or ')}: it never matches`];
}

/** What a file says without effect: reported at start, and no reason not to start. */
export function warningsOf(declared: Rules, overrides: readonly Override[]): Problem[] {
  const used = new Set(
    overrides.flatMap(({ check }) => [...parts(check)].flatMap((one) => (one.kind === 'rule' ? one.name : []))),
  );
  return overrides.flatMap(({ name, line, check }) => {
    const says: string[] = [];
    const isKnown = [declared, baseRules, formerNames].some((names) => Object.hasOwn(names, name));
    if (!isKnown && !used.has(name)) {
      says.push('is no rule of Scoria, and no other rule names it: it has no effect');
    }
    for (const part of parts(check)) {
      if (part.kind === 'credential' && !Object.hasOwn(credentials, part.name)) {
        says.push(`asks "${part.name}", which tokens do not have here: it never matches`);
      }
      says.push(...neverEqual(part));
      for (const name of asked(part).filter((one) => !targetAttributes.includes(one))) {
        says.push(`asks "%(${name})s", which targets do not have here: it never matches`);
      }
    }
    return says.map((one) => ({ line, rule: name, says: one }));
  });
}
