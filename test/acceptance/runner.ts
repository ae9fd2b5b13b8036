// Runs suites, each a file of tests in a process of its own, and ends with the line that sums up.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { advice, type Need, unmetNeeds } from './packages.ts';
import { summary } from './proxy.ts';
import { temporaryFolder } from './service.ts';

/** A suite's name, which is its file's, and what it needs beside the service. */
export type Suite = readonly [name: string, needs: readonly Need[]];

export interface Suites {
  /** What they are called together, in what is said. */
  readonly name: string;
  readonly folder: URL;
  /** The longest first: two run at a time. */
  readonly suites: readonly Suite[];
  /** Of each test, and of each suite. */
  readonly timeoutMilliseconds: number;
}

/** Runs those that the command line names, or all of them; returns the exit code. */
export async function runSuites(what: Suites, chosen: readonly string[] = process.argv.slice(2)): Promise<number> {
  const { suites, name } = what;
  const wanted = suites.filter(([one]) => chosen.length === 0 || chosen.includes(one));
  if (wanted.length === 0) {
    process.stderr.write(`${name}: there is no such suite; there are ${suites.map(([one]) => one).join(', ')}\n`);
    return 2;
  }
  const unmet = new Set(unmetNeeds(wanted.flatMap(([, needs]) => needs)));
  const lacking = ([, needs]: Suite) => needs.filter((need) => unmet.has(need));
  const skipped = wanted.filter((suite) => lacking(suite).length > 0);
  // The proxies in front of the services write here what they have seen.
  const tally = join(temporaryFolder(), 'tally.jsonl');
  process.env.ACCEPTANCE_TALLY = tally;
  const counts = await runFiles(
    what,
    wanted.filter((suite) => !skipped.includes(suite)),
  );
  for (const suite of skipped) {
    const lacks = lacking(suite);
    process.stdout.write(`SKIPPED ${suite[0]}: it needs ${lacks.join(', ')} (${lacks.map(advice).join('; ')})\n`);
  }
  const told = existsSync(tally) ? readFileSync(tally, 'utf8').trim().split('\n') : [];
  const seen = told.map((line) => JSON.parse(line) as { validated: number; wrong: number }); // written by proxy.ts
  const sum = (key: 'validated' | 'wrong') => seen.reduce((all, one) => all + one[key], 0);
  process.stdout.write(summary(sum('validated'), sum('wrong')));
  const all = counts.skipped + skipped.length;
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed${all > 0 ? `, ${all} skipped` : ''}\n`);
  return counts.failed === 0 ? 0 : 1;
}

async function runFiles({ folder, timeoutMilliseconds }: Suites, suites: readonly Suite[]) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  if (suites.length === 0) return counts;
  const files = suites.map(([name]) => join(fileURLToPath(folder), `${name}.ts`));
  // A suite that never said that it ended has died: then nothing has passed.
  let isComplete = false;
  const stream = run({ files, concurrency: 2, timeout: timeoutMilliseconds });
  stream.on('test:start', ({ file, name, nesting }) => {
    if (nesting === 0 && file !== undefined) process.stdout.write(`  ${basename(file, '.ts')}: ${name}\n`);
  });
  stream.on('test:summary', ({ file, counts: seen }) => {
    if (file !== undefined) return;
    isComplete = true;
    counts.passed += seen.passed;
    counts.failed += seen.tests - seen.passed - seen.skipped - seen.todo;
    counts.skipped += seen.skipped + seen.todo;
  });
  for await (const text of stream.compose(spec)) process.stdout.write(text);
  if (!isComplete) counts.failed += 1;
  return counts;
}
