import assert from 'node:assert/strict';

/** Fails with every offence, each in one line, and what to do about them. */
export function none(offences: readonly string[], remedy: string): void {
  assert.deepEqual(offences, [], remedy);
}
