// scoria policy: which rules are in force, and why one lets somebody pass or not.

import { everyService } from '../../functions/every-service.ts';
import type { Operation } from '../../functions/http/operation.ts';
import { type Explained, explain } from '../../functions/http/policy-explain.ts';
import { operationsOf } from '../../functions/http/service.ts';
import { withImplied } from '../../infra/identity/oidc-mapping.ts';
import type { Actor } from '../../infra/identity/port.ts';
import { CommandError, type Context, exit, type Verb } from '../command.ts';
import { type PolicyFile, readPolicy } from '../operator-files.ts';
import { readSettings } from '../settings.ts';

export const policy: Verb = {
  name: 'policy',
  summary: 'list the rules in force, or explain who may do an operation',
  takes: { words: 2, options: ['as', 'project', 'scope'] },
  help: `usage: scoria policy list [--json]
       scoria policy explain OPERATION --as ROLE[,ROLE…] [--project same|other]
                             [--scope project|domain|system] [--json]

Reads the file in SCORIA_POLICY, if that is set, over the defaults of docs/policies.md. OPERATION is a name of
docs/operations.md's OpenAPI (volume-delete) or a rule (volume:delete). Roles bring those that they imply: admin,
manager, member, reader. --project other asks about a resource of another project, and another user's; --scope about
a token for a domain or the system instead of a project.`,
  async run(context) {
    const file = readPolicy(readSettings(context));
    for (const warning of file.warnings) process.stderr.write(`policy: ${warning}\n`);
    const [what, name] = context.words;
    if (what === 'list' && name === undefined) return list(context, file);
    if (what === 'explain' && name !== undefined) return explained(context, file, name);
    throw new CommandError('policy needs "list", or "explain" and an operation; see scoria policy --help', exit.usage);
  },
};

function list(context: Context, { policy: { rules } }: PolicyFile): number {
  const all = [...rules.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const rows = all.map(({ name, text, line }) => ({ name, check: text, line }));
  const width = Math.max(...rows.map((row) => row.name.length));
  const text = rows.map((row) => {
    const from = row.line === null ? '' : `   # line ${row.line} of the file`;
    return `${row.name.padEnd(width)}  ${row.check === '' ? '""' : row.check}${from}\n`;
  });
  context.data({ rules: rows }, text.join(''));
  return exit.ok;
}

const operations: readonly Operation[] = operationsOf(everyService);

/** Who asks, and about what. */
interface Question {
  readonly as: string;
  readonly project: string;
  readonly scope: string;
}

function questionOf({ as, project = 'same', scope = 'project' }: Context['options']): Question {
  if (as === undefined) {
    throw new CommandError('explain needs --as with one or more roles, such as --as member', exit.usage);
  }
  if (project !== 'same' && project !== 'other') {
    throw new CommandError(`--project is "same" or "other", not ${JSON.stringify(project)}`, exit.usage);
  }
  if (scope !== 'project' && scope !== 'domain' && scope !== 'system') {
    throw new CommandError(`--scope is "project", "domain" or "system", not ${JSON.stringify(scope)}`, exit.usage);
  }
  return { as, project, scope };
}

function explained(context: Context, { policy: inForce }: PolicyFile, name: string): number {
  const question = questionOf(context.options);
  const operation = operations.find((one) => one.name === name);
  if (operation === undefined && !inForce.rules.has(name)) {
    throw new CommandError(`there is no operation and no rule ${name}; see scoria policy list`, exit.usage);
  }
  const actor = inForce.admit(actorOf(question));
  const isSame = question.project === 'same';
  // A rule by itself, and an operation whose path names a project, are checked against that project. Every other
  // operation is checked against the actor's own project: its target is found there or not.
  const namesProject = operation === undefined || operation.path.includes('{target_project_id}');
  const isFound = namesProject || !operation.path.includes('{');
  const projectId = !isSame && namesProject ? 'another project' : own;
  const asking = { actor, projectId, userId: isSame ? actor.userId : 'another user' };
  const tree = (rule: string) => explain(inForce.rules, rule, asking);
  const rules = (operation?.policy ?? [name]).map(tree);
  const further = Object.keys(operation?.furtherPolicy ?? {}).map(tree);
  const answer = answerOf(operation, rules, isSame || isFound || actor.roles.has('admin'));
  const roles = [...actor.roles];
  const facts = { operation: operation?.name ?? null, ...question, roles, answer, rules, further };
  const title = operation === undefined ? `rule ${name}` : `${name}: ${operation.method} ${operation.path}`;
  const inScope = question.scope === 'project' ? '' : ` with a ${question.scope} token`;
  const lines = [
    `${title}, as ${roles.join(', ') || 'nobody'}${inScope}, on the ${question.project} project`,
    context.bold(answer),
    ...rules.flatMap((one) => linesOf(one, 1)),
    ...(further.length === 0 ? [] : ['and for some requests:', ...further.flatMap((one) => linesOf(one, 1))]),
  ];
  context.data(facts, `${lines.join('\n')}\n`);
  return exit.ok;
}

const own = "the actor's own project";

/** Somebody with these roles and the roles that they imply, in a project of their own or without a project. */
function actorOf({ as, scope }: Question): Actor {
  const names = as.split(',').map((role) => role.trim().toLowerCase());
  return {
    userId: 'the actor',
    userName: 'the actor',
    userDomainId: "the actor's domain",
    projectId: scope === 'project' ? own : null,
    projectDomainId: scope === 'project' ? "the actor's domain" : null,
    domainId: scope === 'domain' ? "the actor's domain" : null,
    isSystem: scope === 'system',
    roles: new Set(names.filter((role) => role !== '').flatMap(withImplied)),
    expiresAt: 0,
  };
}

/** The status of the answer. A resource out of reach is not found, whatever the rules say. */
function answerOf(operation: Operation | undefined, rules: readonly Explained[], isInReach: boolean): string {
  if (operation?.open === true) return 'allowed: no token is needed';
  const passes = rules.every((tree) => tree.passes);
  if (!passes && operation?.hides === true)
    return 'not found (404): who may not see it does not learn that it is there';
  if (!isInReach && (passes || operation?.target?.exists !== undefined)) {
    return 'not found (404): only who is context_is_admin reaches other projects';
  }
  if (!passes) return 'forbidden (403)';
  return rules.length === 0 ? 'allowed: every valid token may' : 'allowed';
}

function linesOf({ check, passes, line, of = [] }: Explained, depth: number): string[] {
  const from = line === undefined ? '' : line === null ? '   # default' : `   # line ${line} of the file`;
  return [
    `${passes ? 'yes' : 'no '} ${'  '.repeat(depth)}${check}${from}`,
    ...of.flatMap((inner) => linesOf(inner, depth + 1)),
  ];
}
