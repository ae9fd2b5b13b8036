import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultScheduling } from '../workers/scheduler/scheduling.ts';
import { readScheduling } from './settings-scheduler.ts';

test('without settings the scheduler decides as it always does', () => {
  assert.deepEqual(readScheduling({}), defaultScheduling);
  assert.deepEqual(readScheduling({ SCORIA_SCHEDULER_FILTERS: '', SCORIA_SCHEDULER_WEIGHERS: '' }), defaultScheduling);
});

test("filters and weighers are named as in Cinder's settings or without the ending, each with its multiplier", () => {
  const read = readScheduling({
    SCORIA_SCHEDULER_FILTERS: 'CapabilitiesFilter, Capacity',
    SCORIA_SCHEDULER_WEIGHERS: 'GoodnessWeigher=2.5,AllocatedCapacity,Chance=-1',
    SCORIA_SCHEDULER_CHOICE: 'stochastic',
    SCORIA_SCHEDULER_ATTEMPTS: '7',
  });
  assert.deepEqual(read, {
    filters: ['Capabilities', 'Capacity'],
    weighers: [
      { name: 'Goodness', multiplier: 2.5 },
      { name: 'AllocatedCapacity', multiplier: -1 },
      { name: 'Chance', multiplier: -1 },
    ],
    choice: 'stochastic',
    mostAttempts: 7,
  });
});

test('what is no filter, weigher, multiplier or choice is refused with its name', () => {
  for (const [env, says] of [
    [{ SCORIA_SCHEDULER_FILTERS: 'Capacity,Nonsense' }, /SCORIA_SCHEDULER_FILTERS has "Nonsense"/],
    [{ SCORIA_SCHEDULER_FILTERS: 'toString' }, /none of AvailabilityZone/],
    [{ SCORIA_SCHEDULER_WEIGHERS: 'Nonsense=1' }, /SCORIA_SCHEDULER_WEIGHERS has "Nonsense"/],
    [{ SCORIA_SCHEDULER_WEIGHERS: 'Capacity=much' }, /"much", which is no number/],
    [{ SCORIA_SCHEDULER_WEIGHERS: 'Capacity=' }, /which is no number/],
    [{ SCORIA_SCHEDULER_CHOICE: 'best' }, /SCORIA_SCHEDULER_CHOICE must be/],
    [{ SCORIA_SCHEDULER_ATTEMPTS: '0' }, /SCORIA_SCHEDULER_ATTEMPTS must be a whole number/],
  ] as const) {
    assert.throws(() => readScheduling(env), says);
  }
});
