// npm run fuzz [-- --cases 2000] [--seed 20261125] [words…]: so many requests to every operation of Block Storage (or
// to those whose name has one of the words in it), made from its own schema. Never a 5xx, never longer than a second,
// and what is refused changes nothing. The last line sums up: `N passed, N failed`, an operation each.
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as samples from '../harness/samples.ts';
import { neverAccepted } from './accepted.ts';
import type { FuzzOutcome } from './shard.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '20261125' },
    verbose: { type: 'boolean', default: false },
  },
});

const names = samples.guarded
  .map((one) => one.name)
  .filter((name) => positionals.length === 0 || positionals.some((word) => name.includes(word)));

/** Runs some operations in a process of their own; those that it did not come to have failed. */
function runShard(mine: readonly string[]): Promise<FuzzOutcome[]> {
  const script = fileURLToPath(new URL('./shard.ts', import.meta.url));
  const outcomes: FuzzOutcome[] = [];
  const child = fork(script, [values.cases, values.seed, ...mine]);
  child.on('message', (outcome: FuzzOutcome) => {
    outcomes.push(outcome);
    if (values.verbose || outcome.failure !== null) console.log(lineOf(outcome));
  });
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      const seen = new Set(outcomes.map((one) => one.operation));
      const missing = mine.filter((name) => !seen.has(name));
      for (const operation of missing)
        console.log(`FAILED ${operation}: the process ended (${signal ?? code}) before it`);
      const lost = { cases: 0, statuses: {}, slowestMilliseconds: 0, refusals: [], failure: 'not run' };
      resolve([...outcomes, ...missing.map((operation) => ({ operation, ...lost }))]);
    });
  });
}

/** How many requests were accepted. */
const acceptedOf = ({ statuses }: Pick<FuzzOutcome, 'statuses'>) =>
  Object.entries(statuses).reduce((n, [status, count]) => n + (Number(status) < 400 ? count : 0), 0);

function lineOf({ operation, cases, statuses, slowestMilliseconds, refusals, failure }: FuzzOutcome): string {
  const counts = Object.entries(statuses).map(([status, count]) => `${status}: ${count}`);
  const head = failure === null ? 'passed' : 'FAILED';
  const tail =
    failure === null ? (acceptedOf({ statuses }) * 10 < cases ? `\n  ${refusals.join('\n  ')}` : '') : `\n  ${failure}`;
  return `${head} ${operation}: ${cases} cases (${counts.join(', ')}), slowest ${slowestMilliseconds} ms${tail}`;
}

const processes = Math.min(2, availableParallelism());
const shards = Array.from({ length: processes }, (_, n) => names.filter((_, index) => index % processes === n));
const outcomes = (await Promise.all(shards.filter((one) => one.length > 0).map(runShard))).flat();
// What is never accepted is never tried beyond its refusals. Few cases say nothing of that.
const isWhole = Number(values.cases) >= 1000;
const idle = outcomes.filter((one) => isWhole && acceptedOf(one) === 0 && !Object.hasOwn(neverAccepted, one.operation));
for (const { operation } of idle) console.log(`FAILED ${operation}: none of its requests was accepted`);
const bad = new Set([...outcomes.filter((one) => one.failure !== null), ...idle]);
const cases = outcomes.reduce((sum, one) => sum + one.cases, 0);
const acceptedCases = outcomes.reduce((sum, one) => sum + acceptedOf(one), 0);
console.log(`${cases} requests to ${outcomes.length} operations, ${acceptedCases} of them accepted`);
console.log(`${outcomes.length - bad.size} passed, ${bad.size} failed`);
process.exitCode = bad.size === 0 && outcomes.length > 0 ? 0 : 1;
