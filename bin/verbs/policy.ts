// scoria policy: which rules are in force, and why one lets somebody pass or not.

import type { Operation } from '../../functions/http/operation.ts';
import { type Explained, explain } from '../../functions/http/policy-explain.ts';
import { identityResources, storageResources } from '../../functions/resources.ts';
import { withImplied } from '../../infra/identity/oidc-mapping.ts';
import type { Actor } from '../../infra/identity/port.ts';
import { CommandError, type Context, exit, type Verb } from '../command.ts';
import { type PolicyFile, readPolicy } from '../operator-files.ts';
import { readSettings } from '../settings.ts';

export const policy: Verb = {
  name: 'policy',
  summary: 'list the rules in force, or explain who may do an operation',
  takes: { words: 2, options: ['as', 'project'] },
  help: `usage: scoria policy list [--json]
       scoria policy explain OPERATION --as ROLE[,ROLE…] [--project same|other] [--json]

Reads the file in SCORIA_POLICY, if that is set, over the defaults of docs/policies.md. OPERATION is a name of
docs/operations.md's OpenAPI (volume-delete) or a rule (volume:delete). Roles bring those that they imply: admin,
manager, member, reader. --project other asks about a resource of another project, and another user's.`,
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

const operations: readonly Operation[] = [...storageResources, ...identityResources].flatMap((one) => one.operations);

function explained(context: Context, { policy: inForce }: PolicyFile, name: string): number {
  const { as, project = 'same' } = context.options;
  if (as === undefined)
    throw new CommandError('explain needs --as with one or more roles, such as --as member', exit.usage);
  if (project !== 'same' && project !== 'other') {
    throw new CommandError(`--project is "same" or "other", not ${JSON.stringify(project)}`, exit.usage);
  }
  const operation = operations.find((one) => one.name === name);
  const rules = operation?.policy ?? [name];
  if (operation === undefined && !inForce.rules.has(name)) {
    throw new CommandError(`there is no operation and no rule ${name}; see scoria policy list`, exit.usage);
  }
  const actor = inForce.admit(actorOf(as));
  const isSame = project === 'same';
  const asking = { actor, projectId: own, userId: isSame ? actor.userId : 'another' };
  const trees = rules.map((rule) => explain(inForce.rules, rule, asking));
  const answer = answerOf(trees, isSame || actor.roles.has('admin'));
  const roles = [...actor.roles];
  const facts = { operation: operation?.name ?? null, roles, project, answer, rules: trees };
  const title = operation === undefined ? `rule ${name}` : `${name}: ${operation.method} ${operation.path}`;
  const lines = [`${title}, as ${roles.join(', ') || 'nobody'}, on the ${project} project`, context.bold(answer)];
  context.data(facts, `${[...lines, ...trees.flatMap((tree) => linesOf(tree, 1))].join('\n')}\n`);
  return exit.ok;
}

const own = "the actor's own project";

/** Somebody with these roles and what they imply, in a project of their own. */
function actorOf(roles: string): Actor {
  const names = roles.split(',').map((role) => role.trim().toLowerCase());
  return {
    userId: 'the actor',
    userName: 'the actor',
    projectId: own,
    domainId: null,
    isSystem: false,
    roles: new Set(names.filter((role) => role !== '').flatMap(withImplied)),
    expiresAt: 0,
  };
}

/** What a request is told. A resource out of reach is not found, whatever the rules say. */
function answerOf(trees: readonly Explained[], isInReach: boolean): string {
  if (!isInReach) return 'not found (404): only who is context_is_admin reaches other projects';
  if (trees.length === 0) return 'allowed: every valid token may';
  return trees.every((tree) => tree.passes) ? 'allowed' : 'forbidden (403)';
}

function linesOf({ check, passes, line, of = [] }: Explained, depth: number): string[] {
  const from = line === undefined ? '' : line === null ? '   # default' : `   # line ${line} of the file`;
  return [
    `${passes ? 'yes' : 'no '} ${'  '.repeat(depth)}${check}${from}`,
    ...of.flatMap((inner) => linesOf(inner, depth + 1)),
  ];
}
