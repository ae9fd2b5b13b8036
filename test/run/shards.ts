// A process that runs some of the test files, as the process that started it sees it.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { root } from '../harness/sources.ts';

/** What a shard tells of each test. */
export type Told =
  | { readonly type: 'passed'; readonly name: string }
  | { readonly type: 'skipped'; readonly name: string; readonly file: string; readonly reason: string }
  | { readonly type: 'failed'; readonly name: string; readonly file: string; readonly reason: string }
  | { readonly type: 'file'; readonly file: string; readonly milliseconds: number }
  /** The changes of a status that the tests have made: see harness/edges.ts. */
  | {
      readonly type: 'edges';
      readonly edges: readonly (readonly [string, string])[];
      readonly untold: readonly string[];
    }
  | { readonly type: 'end' };

export interface Failure {
  readonly name: string;
  readonly file: string;
  readonly reason: string;
}

export interface Outcome {
  passed: number;
  readonly failed: Failure[];
  readonly skipped: string[];
  readonly times: Record<string, number>;
  readonly edges: Map<string, string>;
  /** Changes of a status that had not exactly one event. */
  readonly untold: Set<string>;
}

const script = fileURLToPath(new URL('./shard.ts', import.meta.url));

/** Runs test files one after another in a process of their own. A process that dies counts as a failure. */
export function runShard(files: readonly string[]): Promise<Outcome> {
  const outcome: Outcome = { passed: 0, failed: [], skipped: [], times: {}, edges: new Map(), untold: new Set() };
  const child = fork(script, [...files], { cwd: root });
  let isWhole = false;
  child.on('message', (told: Told) => {
    if (told.type === 'passed') outcome.passed += 1;
    else if (told.type === 'skipped') outcome.skipped.push(`${told.file}: ${told.name} (${told.reason})`);
    else if (told.type === 'failed') outcome.failed.push(told);
    else if (told.type === 'file') outcome.times[told.file] = told.milliseconds;
    else if (told.type === 'edges') {
      for (const [edge, query] of told.edges) outcome.edges.set(edge, query);
      for (const one of told.untold) outcome.untold.add(one);
    } else isWhole = true;
  });
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      if (!isWhole) {
        const seen = new Set(Object.keys(outcome.times));
        const left = files.filter((file) => !seen.has(file));
        const reason = `The process ended (${signal ?? code}) before it had run: ${left.join(', ')}`;
        outcome.failed.push({ name: 'all tests are run', file: left[0] ?? '', reason });
      }
      resolve(outcome);
    });
  });
}
