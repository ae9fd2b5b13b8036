// What the clients asked for: with ACCEPTANCE_RECORD=FOLDER each suite leaves FOLDER/<suite>.jsonl, one line of JSON
// for each request that a service answered, as functions/http/access-log.ts writes it. README.md has the format.
import { appendFileSync, mkdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from './programs.ts';

export const recordFolder = process.env.ACCEPTANCE_RECORD;

/** What a service needs so that it says what it is asked for. */
export const recordSettings: Readonly<Record<string, string>> =
  recordFolder === undefined ? {} : { SCORIA_LOG: 'info' };

/** The suite is the script that this process runs, or its folder: `cli-volumes`, `tempest`. */
const script = process.argv[1] ?? 'unknown';
const suite = basename(script) === 'run.ts' ? basename(dirname(script)) : basename(script, '.ts');

/** Writes the request lines of a service down, and leaves in `said.stderr` what it would have said without them. */
export function recordRequests({ child, said }: Command, folder: string): void {
  mkdirSync(resolve(folder), { recursive: true });
  const file = join(resolve(folder), `${suite}.jsonl`);
  let half = '';
  child.stderr?.on('data', (text: string) => {
    const lines = (half + text).split('\n');
    half = lines.pop() ?? '';
    const requests = lines.filter((line) => line.includes('"event":"request"'));
    if (requests.length > 0) appendFileSync(file, `${requests.join('\n')}\n`);
    said.stderr = said.stderr.replaceAll(/^\{"time":"[^"]*","level":"info".*\n/gm, '');
  });
}
