// How a kind of work is held against its budget of statements.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Scoria } from '../harness/scoria.ts';

export interface Work {
  /** All statements from the request to the end: 2 at most for the request, a claim and a settle for each step. */
  readonly statements: number;
  /**
   * How often it is claimed: once a step: the scheduler comes first where there is a choice, and a move has a back
   * end on each side.
   */
  readonly claims: 1 | 2 | 3;
  /** What settles, in order; the kind alone unless said. */
  readonly settles?: readonly string[];
  /** Makes what the work needs, and returns the work. */
  readonly prepare: () => Promise<() => Promise<unknown>>;
}

/** What runs by the clock, and what the test itself asks. */
export const aside =
  /^(services\.report|pools\.report|operations\.(overdue|requeue|release|heartbeat)|(messages|operations|events|deliveries)\.expire|services\.list|snapshot-schedules\.due|[\w-]+\.show)$/;

export function testWork(kind: string, { statements, claims, settles = [kind], prepare }: Work, scoria: () => Scoria) {
  test(`${kind} takes ${statements} statements at most, ${claims} of them claims and ${settles.length} settles`, async () => {
    const run = await prepare();
    scoria().database.take();
    await run();
    // An outcome is seen when its statement has settled: nothing of the work comes after it.
    const sent = scoria()
      .database.take()
      .filter((name) => !aside.test(name));
    const shown = `${kind}, not as its row in test/budget/work.test.ts: ${sent.join(', ')}`;
    assert.ok(sent.length <= statements, shown);
    assert.equal(sent.filter((name) => name.startsWith('operations.claim')).length, claims, shown);
    assert.deepEqual(
      sent.filter((name) => /\.(done|failed)$/.test(name)),
      settles.map((one) => `${one}.done`),
      shown,
    );
  });
}
