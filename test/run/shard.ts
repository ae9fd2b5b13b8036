// Runs the test files that its arguments name, one after another in this process, and tells its parent of each test.
import { relative } from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { takenEdges, untoldEdges } from '../harness/edges.ts';
import { root } from '../harness/sources.ts';
import type { Told } from './shards.ts';

const tell = (told: Told) => process.send?.(told);

interface Ended {
  readonly name: string;
  readonly file?: string;
  readonly nesting: number;
  readonly skip?: string | boolean;
  readonly details: { readonly type?: string; readonly duration_ms: number; readonly error?: Error };
}

/** The suite of a file ends after all of its tests; it fails by itself only in a hook, or when it cannot be loaded. */
function ended(test: Ended, hasPassed: boolean): void {
  const isSuite = test.details.type === 'suite';
  const isFile = isSuite && test.nesting === 0;
  if (isFile) tell({ type: 'file', file: test.name, milliseconds: Math.round(test.details.duration_ms) });
  const error = test.details.error as (Error & { failureType?: string; cause?: unknown }) | undefined;
  const name = isFile ? 'the file and its hooks' : test.name;
  const file = isFile ? test.name : relative(root, test.file ?? '');
  if (!hasPassed && !(isSuite && error?.failureType === 'subtestsFailed')) {
    tell({ type: 'failed', name, file, reason: reasonOf(error) });
  } else if (hasPassed && !isSuite) {
    const skip = test.skip;
    if (skip === undefined || skip === false) tell({ type: 'passed', name });
    else tell({ type: 'skipped', name, file, reason: skip === true ? 'no reason given' : skip });
  }
}

function reasonOf(error: (Error & { cause?: unknown }) | undefined): string {
  const cause = error?.cause ?? error;
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
  // Where it was thrown is of use; by which way the test runner came there is not.
  return text.replaceAll(/\n\s+at [^\n]*\bnode:internal[^\n]*/g, '').replaceAll(/\n\s+at [^\n]*\(node:[^\n]*/g, '');
}

const stream = run({
  files: [fileURLToPath(new URL('./suites.ts', import.meta.url))],
  isolation: 'none',
  timeout: 120_000,
});
stream.on('test:pass', (test: Ended) => ended(test, true));
stream.on('test:fail', (test: Ended) => ended(test, false));
stream.on('test:summary', () => {
  tell({ type: 'edges', edges: [...takenEdges], untold: [...untoldEdges.values()] });
  tell({ type: 'end' });
});
for await (const _ of stream);
