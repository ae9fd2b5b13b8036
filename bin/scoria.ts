// The command: finds the verb, runs it, and turns what went wrong into words and an exit code.
import { CommandError, type Context, exit, type Verb } from './command.ts';
import { variables } from './settings.ts';
import { doctor } from './verbs/doctor.ts';
import { migrateVerb } from './verbs/migrate.ts';
import { rotateKeys } from './verbs/rotate-keys.ts';
import { start } from './verbs/start.ts';
import { version } from './version.ts';

const verbs: readonly Verb[] = [start, doctor, migrateVerb, rotateKeys];

function help(verb?: Verb): string {
  if (verb !== undefined) return `${verb.help}\n`;
  const list = verbs.map((one) => `  ${one.name.padEnd(12)} ${one.summary}`).join('\n');
  const environment = variables.map(([name, text]) => `  ${name.padEnd(22)} ${text}`).join('\n');
  return `scoria ${version()}: OpenStack Block Storage with no servers to keep

usage: scoria VERB [--json] [--help]

${list}

environment:
${environment}

exit codes: 0 done, 1 failed, 2 wrong command line, 3 blocked by something to mend first
`;
}

async function main(argv: readonly string[]): Promise<number> {
  const known = new Set(['--json', '--help', '-h', '--version']);
  const flags = argv.filter((one) => one.startsWith('-'));
  const words = argv.filter((one) => !one.startsWith('-'));
  const verb = verbs.find((one) => one.name === words[0]);
  const unknown = flags.find((one) => !known.has(one)) ?? (words.length > 1 ? words[1] : undefined);
  if (flags.includes('--version')) return print(`${version()}\n`);
  if (flags.includes('--help') || flags.includes('-h') || words.length === 0) {
    const code = print(help(verb));
    return words.length === 0 && flags.length === 0 ? exit.usage : code;
  }
  if (verb === undefined) throw new CommandError(`there is no verb ${words[0]}; see scoria --help`, exit.usage);
  if (unknown !== undefined)
    throw new CommandError(`${verb.name} does not take ${unknown}; see scoria --help`, exit.usage);
  return verb.run(contextOf(flags.includes('--json')));
}

function print(text: string): number {
  process.stdout.write(text);
  return exit.ok;
}

function contextOf(json: boolean): Context {
  const colours = process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb';
  return {
    env: process.env,
    // npm runs scripts in the project's folder and says where the person stands.
    folder: process.env.INIT_CWD ?? process.cwd(),
    json,
    say: (line) => (json ? process.stderr : process.stdout).write(`${line}\n`),
    data: (value, text) => process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : text),
    bold: (text) => (colours ? `\u001b[1m${text}\u001b[22m` : text),
  };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`scoria: ${message}\n`);
  if (!(error instanceof CommandError) && error instanceof Error && process.env.SCORIA_LOG === 'debug') {
    process.stderr.write(`${error.stack}\n`);
  }
  process.exit(error instanceof CommandError ? error.code : exit.failed);
}
