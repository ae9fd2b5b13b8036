import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertDue, CalendarError, nextDue } from './port.ts';

const from = Date.UTC(2026, 0, 1);

test('a year of nights in Berlin has a run each night, also when clocks change', () => {
  const days = new Set<string>();
  let at = from;
  for (let n = 0; n < 365; n += 1) {
    at = nextDue('30 2 * * *', 'Europe/Berlin', at) ?? 0;
    days.add(new Date(at).toLocaleDateString('en', { timeZone: 'Europe/Berlin' }));
  }
  assert.equal(days.size, 365);
  const skipped = nextDue('30 2 * * *', 'Europe/Berlin', Date.UTC(2026, 2, 28, 12)) ?? 0;
  assert.equal(new Date(skipped).toISOString(), '2026-03-29T01:00:00.000Z');
});

test('expressions of death are refused with a word that says why', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['* * * * *', 'UTC', /more often than every 15 minutes/],
    ['*/5 * * * *', 'UTC', /more often/],
    ['59,0 * 1 1 *', 'UTC', /more often/],
    ['0 3 * * * *', 'UTC', /five fields/],
    ['0 3 * *', 'UTC', /five fields/],
    ['@reboot', 'UTC', /five fields/],
    ['', 'UTC', /five fields/],
    ['0 0 30 2 *', 'UTC', /never due/],
    ['0 0 31 2,4,6,9,11 *', 'UTC', /never due/],
    ['61 * * * *', 'UTC', /cannot be read/],
    ['*/0 * * * *', 'UTC', /cannot be read/],
    ['a b c d e', 'UTC', /cannot be read/],
    [`${'1,'.repeat(5000)}1 2 * * *`, 'UTC', /at most 100 characters/],
    ['0 3 * * *', 'Mars/Olympus', /no time zone/],
    ['0 3 * * *', '', /no time zone/],
  ];
  for (const [expression, zone, why] of cases) {
    assert.throws(
      () => assertDue(expression, zone, from, 15),
      (error) => error instanceof CalendarError && why.test(error.message),
      expression,
    );
  }
  for (const fine of ['0 3 * * *', '*/15 * * * *', '0 0 29 2 *', '0 3 L * *', '30 6 * * MON-FRI']) {
    assertDue(fine, 'Europe/Berlin', from, 15);
  }
});
