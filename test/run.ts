// What `npm test` runs: the type check and the linter, then every *.test.ts, in two processes.
//
//   npm test                     everything
//   npm test -- snapshots rbac   the files whose path has one of the words in it, without the checks
//
// Each process runs its files one after another, so that the code is loaded twice and not once a file: 40 s became
// 20 for 54 files. With TEST_DATABASE_URL it is one process: the tests that need a database take turns with that one.
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { strangeEdges, untakenEdges } from './harness/edges.ts';
import { root } from './harness/sources.ts';
import { check } from './run/check.ts';
import { type Outcome, runShard } from './run/shards.ts';

const processes = process.env.TEST_DATABASE_URL === undefined ? 2 : 1;
const timesPath = join(root, 'node_modules/.cache/scoria/test-times.json');

/** How long each file took last time; what is not known takes a second. */
function readTimes(): Record<string, number> {
  return existsSync(timesPath) ? JSON.parse(readFileSync(timesPath, 'utf8')) : {};
}

function findFiles(words: readonly string[]): string[] {
  const found = globSync('{bin,schema,functions,workers,infra,test}/**/*.test.ts', {
    cwd: root,
    exclude: ['**/node_modules/**'],
  });
  return found.filter((path) => words.length === 0 || words.some((word) => path.includes(word))).sort();
}

/** The longest first, each to the process that has the least to do. */
function split(files: readonly string[], times: Readonly<Record<string, number>>): string[][] {
  const shards = Array.from({ length: processes }, () => ({ files: [] as string[], time: 0 }));
  const timeOf = (path: string) => times[path] ?? 1000;
  for (const path of [...files].sort((a, b) => timeOf(b) - timeOf(a))) {
    const least = shards.reduce((a, b) => (b.time < a.time ? b : a));
    least.files.push(path);
    least.time += timeOf(path);
  }
  return shards.map((one) => one.files).filter((one) => one.length > 0);
}

/** The failed tests by their reason: one cause may fail many tests, and is printed once, after their names. */
function byReason(failed: Outcome['failed']): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, { reason: string; tests: string[] }>();
  for (const { file, name, reason } of failed) {
    const [first = ''] = reason.split('\n');
    const isCause = /Error: ./.test(first) && !first.includes('ERR_ASSERTION');
    const key = isCause ? first : reason;
    const one = found.get(key) ?? { reason, tests: [] };
    found.set(key, one);
    one.tests.push(`FAILED ${relative(root, file)}: ${name}`);
  }
  return new Map([...found.values()].map(({ reason, tests }) => [reason, tests]));
}

function report(outcomes: readonly Outcome[]): boolean {
  const failed = outcomes.flatMap((one) => one.failed);
  const skipped = outcomes.flatMap((one) => one.skipped);
  const passed = outcomes.reduce((sum, one) => sum + one.passed, 0);
  for (const one of skipped) console.log(`SKIPPED ${one}`);
  for (const [reason, tests] of byReason(failed)) console.log(`\n${tests.join('\n')}\n${reason}`);
  const tail = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
  console.log(`${passed} passed, ${failed.length} failed${tail}`);
  return failed.length === 0 && passed > 0;
}

const words = process.argv.slice(2);
const isChecked = words.length > 0 || (await check());
const times = readTimes();
const shards = split(findFiles(words), times);
const outcomes = await Promise.all(shards.map(runShard));
mkdirSync(dirname(timesPath), { recursive: true });
writeFileSync(timesPath, JSON.stringify(Object.assign(times, ...outcomes.map((one) => one.times))));
const edges = new Map(outcomes.flatMap((one) => [...one.edges]));
const wrong = strangeEdges(edges);
for (const one of wrong) console.log(`FAILED ${one}`);
const untold = [...new Set(outcomes.flatMap((one) => [...one.untold]))];
for (const one of untold) console.log(`FAILED a change of a status has exactly one event: ${one}`);
const untaken = words.length === 0 ? untakenEdges(edges) : [];
for (const one of untaken) console.log(`FAILED no test takes ${one}: see test/work/beginnings.test.ts`);
const isGood = report(outcomes) && wrong.length === 0 && untold.length === 0 && untaken.length === 0;
if (!isChecked) console.log('The type check or the linter found something: see the top.');
process.exitCode = isGood && isChecked ? 0 : 1;
