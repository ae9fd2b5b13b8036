// The command: finds the verb, runs it, and turns errors into messages and exit codes.

import { version } from '../infra/http/version.ts';
import { SettingsError } from '../infra/settings/environment.ts';
import { CommandError, type Context, exit, type Verb } from './command.ts';
import { variables } from './settings.ts';
import { demo } from './verbs/demo.ts';
import { doctor } from './verbs/doctor.ts';
import { driver } from './verbs/driver.ts';
import { events } from './verbs/events.ts';
import { explain } from './verbs/explain.ts';
import { importVerb } from './verbs/import.ts';
import { migrateVerb } from './verbs/migrate.ts';
import { api, scheduler, worker } from './verbs/parts.ts';
import { policy } from './verbs/policy.ts';
import { queueVerb } from './verbs/queue.ts';
import { rotateKeys } from './verbs/rotate-keys.ts';
import { secrets } from './verbs/secrets.ts';
import { start } from './verbs/start.ts';
import { why } from './verbs/why.ts';

const verbs: readonly Verb[] = [
  start,
  api,
  scheduler,
  worker,
  why,
  events,
  explain,
  secrets,
  demo,
  doctor,
  migrateVerb,
  queueVerb,
  importVerb,
  rotateKeys,
  policy,
  driver,
];

function help(verb?: Verb): string {
  if (verb !== undefined) return `${verb.help}\n`;
  const list = verbs.map((one) => `  ${one.name.padEnd(12)} ${one.summary}`).join('\n');
  const environment = variables.map(([name, text]) => `  ${name.padEnd(30)} ${text}`).join('\n');
  return `scoria ${version()}: OpenStack Block Storage with no servers to keep

usage: scoria VERB [--json] [--help]

${list}

environment:
${environment}

exit codes: 0 done, 1 failed, 2 wrong command line, 3 blocked by something to mend first
`;
}

async function main(argv: readonly string[]): Promise<number> {
  const verb = verbs.find((one) => one.name === argv.find((word) => !word.startsWith('-')));
  const { flags, words, options, unknown } = readArguments(argv, verb);
  if (flags.has('--version')) return print(`${version()}\n`);
  if (flags.has('--help') || flags.has('-h') || words.length === 0) {
    const code = print(help(verb));
    return words.length === 0 && argv.length === 0 ? exit.usage : code;
  }
  if (verb === undefined) throw new CommandError(`there is no verb ${words[0]}; see scoria --help`, exit.usage);
  if (unknown !== undefined)
    throw new CommandError(`${verb.name} does not take ${unknown}; see scoria --help`, exit.usage);
  return verb.run({ ...contextOf(flags.has('--json')), words: words.slice(1), options });
}

const known = new Set(['--json', '--help', '-h', '--version']);

/** Parses the command line. `unknown` is the first word or option that the verb does not accept. */
function readArguments(argv: readonly string[], verb: Verb | undefined) {
  const flags = new Set<string>();
  const words: string[] = [];
  const options: Record<string, string> = {};
  let unknown: string | undefined;
  for (let at = 0; at < argv.length; at += 1) {
    const [whole = '', name, value] = /^--([\w-]+)(?:=(.*))?$/s.exec(argv[at] ?? '') ?? [argv[at]];
    if (name !== undefined && value === undefined && verb?.takes?.flags?.includes(name)) options[name] = '';
    else if (name !== undefined && verb?.takes?.options.includes(name)) {
      if (value === undefined) at += 1;
      const given = value ?? argv[at];
      if (given === undefined) throw new CommandError(`--${name} needs a value; see scoria --help`, exit.usage);
      options[name] = given;
    } else if (!whole.startsWith('-')) words.push(whole);
    else if (known.has(whole)) flags.add(whole);
    else unknown ??= whole;
  }
  return { flags, words, options, unknown: unknown ?? words[1 + (verb?.takes?.words ?? 0)] };
}

function print(text: string): number {
  process.stdout.write(text);
  return exit.ok;
}

function contextOf(json: boolean): Omit<Context, 'words' | 'options'> {
  const colours = process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb';
  return {
    env: process.env,
    // npm runs scripts in the project's folder, and says where the user is.
    folder: process.env.INIT_CWD ?? process.cwd(),
    json,
    say: (line) => (json ? process.stderr : process.stdout).write(`${line}\n`),
    data: (value, text) => process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : text),
    bold: (text) => (colours ? `\u001b[1m${text}\u001b[22m` : text),
  };
}

/** What a script can act on: wrong settings count as a wrong command line. */
function codeOf(error: unknown): number {
  if (error instanceof SettingsError) return exit.usage;
  return error instanceof CommandError ? error.code : exit.failed;
}

// Only the user may read what is written, even by libraries and in open folders.
process.umask(0o077);
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`scoria: ${message}\n`);
  if (codeOf(error) === exit.failed && error instanceof Error && process.env.SCORIA_LOG === 'debug') {
    process.stderr.write(`${error.stack}\n`);
  }
  process.exit(codeOf(error));
}
