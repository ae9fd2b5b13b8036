// npm run acceptance: the service as it is, used by the clients as Debian packages them. The last line sums up.
import { basename, join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { advice, type Need, unmetNeeds } from './packages.ts';

/** The suites, the longest first, each with what it needs beside the service. */
const suites: readonly (readonly [string, readonly Need[]])[] = [
  ['postgres', ['clients', 'postgres']],
  ['cli-volumes', ['clients']],
  ['life', []],
  ['s3', ['radosgw']],
  ['cli-types', ['clients']],
  ['cli-operators', ['clients']],
  ['cli-identity', ['clients']],
  ['cli-snapshots', ['clients']],
  ['python', ['clients']],
  ['command', []],
];

/** Each test, and each suite; a suite takes about a minute on two cores of its own. */
const timeoutMilliseconds = 300_000;

// One suite alone: npm run acceptance -- life. With `install` the packages are installed, and nothing is run.
const chosen = process.argv.slice(2);
const unmet = new Set(unmetNeeds());
if (chosen[0] === 'install') process.exit(unmet.size === 0 ? 0 : 1);
const wanted = suites.filter(([name]) => chosen.length === 0 || chosen.includes(name));
const lacking = (suite: readonly Need[]) => suite.filter((need) => unmet.has(need));
const skipped = wanted.filter(([, needs]) => lacking(needs).length > 0);
const folder = fileURLToPath(new URL('suites/', import.meta.url));
const files = wanted.filter((one) => !skipped.includes(one)).map(([name]) => join(folder, `${name}.ts`));

if (wanted.length === 0) {
  process.stderr.write(`acceptance: there is no such suite; there are ${suites.map(([name]) => name).join(', ')}\n`);
  process.exit(2);
}

const counts = { passed: 0, failed: 0, skipped: skipped.length };
// A suite that never said that it ended has died: then nothing has passed.
let isComplete = files.length === 0;

if (files.length > 0) {
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
}

for (const [name, needs] of skipped) {
  process.stdout.write(
    `SKIPPED ${name}: it needs ${lacking(needs).join(', ')} (${lacking(needs).map(advice).join('; ')})\n`,
  );
}
if (!isComplete) counts.failed += 1;
const { passed, failed } = counts;
process.stdout.write(`${passed} passed, ${failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}\n`);
process.exit(failed === 0 ? 0 : 1);
