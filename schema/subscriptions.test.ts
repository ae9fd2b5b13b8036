import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fits } from './subscriptions.ts';

test('a star stands for any characters, and for none', () => {
  const yes = [
    ['*', 'volume.create.end'],
    ['volume.*', 'volume.create.end'],
    ['*.end', 'volume.create.end'],
    ['volume.*.end', 'volume.create.end'],
    ['v*e.c*e.e*d', 'volume.create.end'],
    ['volume.create.end', 'volume.create.end'],
    ['volume.create.end*', 'volume.create.end'],
    ['*o**e*', 'volume'],
  ] as const;
  const no = [
    ['volume', 'volume.create.end'],
    ['volume.*', 'volume'],
    ['*.start', 'volume.create.end'],
    ['volume.*.end', 'volume.end'],
    ['ab*ba', 'aba'],
    ['a*b*b', 'ab'],
    ['', 'volume'],
    ['volumeXcreate*', 'volume.create'],
  ] as const;
  for (const [glob, text] of yes) assert.ok(fits(glob, text), `${glob} ${text}`);
  for (const [glob, text] of no) assert.ok(!fits(glob, text), `${glob} ${text}`);
});

test('a pattern made to take long does not', () => {
  assert.ok(!fits(`${'*a'.repeat(50_000)}b`, 'a'.repeat(100_000)));
});
