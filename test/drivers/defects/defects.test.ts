// The suite catches bad drivers: every planted defect fails the case that the table names.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { defects } from './list.ts';

const planted = fileURLToPath(new URL('./planted.ts', import.meta.url));

/** The names of the cases that fail with the defect, and how many pass. */
function failing(number: number, pattern: string): Promise<{ failed: string[]; passed: number }> {
  const env = { ...process.env, NODE_TEST_CONTEXT: '' };
  const args = ['--test-reporter=tap', `--test-name-pattern=${pattern}`, planted, String(number)];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env, timeout: 60_000, maxBuffer: 2 ** 26 }, (_, stdout) =>
      resolve({
        failed: [...stdout.matchAll(/^ +not ok \d+ - (.*)$/gm)].map(([, name = '']) => name),
        passed: [...stdout.matchAll(/^ +ok \d+ - .*(?<!# SKIP.*)$/gm)].length,
      }),
    );
  });
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

for (const [number, { is, caughtBy }] of defects.entries()) {
  test(`a driver that ${is} is caught`, async () => {
    // An error is seen only where something failed before it.
    const needed = caughtBy.startsWith('every error') ? '|connecting a volume that is not there' : '';
    const { failed } = await failing(number, `^(${escaped(caughtBy)}${needed})`);
    assert.ok(failed.includes(caughtBy), `it passes; failing: ${failed.join('; ') || 'nothing'}`);
  });
}

test('without a defect no case fails', async () => {
  const { failed, passed } = await failing(-1, '.');
  assert.deepEqual(failed, []);
  assert.ok(passed >= 60, `${passed} passed`);
});
