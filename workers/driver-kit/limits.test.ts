// QoS specs as limits of one volume: the same numbers for the back end and for the hypervisor.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { limitsOf, measures, mostPerSecond, specsForSize } from './limits.ts';

const perGb = { read_iops_sec_per_gb: '10', read_iops_sec_per_gb_min: '50', read_iops_sec_max: '100' };

test('limits for each GiB become limits of the volume, between their least and their most', () => {
  for (const [sizeGiB, rate] of [
    [1, 50],
    [7, 70],
    [20, 100],
  ] as const) {
    assert.deepEqual(specsForSize(perGb, sizeGiB), { read_iops_sec: String(rate) });
    assert.deepEqual(limitsOf(perGb, sizeGiB).by, { read_iops_sec: { rate, burst: null, burstSeconds: 1 } });
  }
});

test('the most is the most, also under the least', () => {
  assert.deepEqual(specsForSize({ ...perGb, read_iops_sec_per_gb_min: '500' }, 1), { read_iops_sec: '100' });
});

test('without a limit for each GiB the specs are what was written, and their most is a burst', () => {
  const specs = { total_bytes_sec: '1000', total_bytes_sec_max: '3000', total_bytes_sec_max_length: '5', other: 'x' };
  assert.deepEqual(specsForSize(specs, 9), specs);
  assert.deepEqual(limitsOf({ ...specs, size_iops_sec: '4096' }, 9), {
    by: { total_bytes_sec: { rate: 1000, burst: 3000, burstSeconds: 5 } },
    operationBytes: 4096,
  });
});

test('a burst is more than the rate', () => {
  for (const most of ['1000', '999', '0', '', 'x']) {
    const { by } = limitsOf({ total_iops_sec: '1000', total_iops_sec_max: most }, 1);
    assert.deepEqual(by, { total_iops_sec: { rate: 1000, burst: null, burstSeconds: 1 } }, most);
  }
});

test('a limit near nothing is a limit of one, and the largest is a number that everybody takes', () => {
  assert.deepEqual(specsForSize({ total_iops_sec_per_gb: '0.1' }, 3), { total_iops_sec: '1' });
  assert.equal(limitsOf({ write_iops_sec: '0.2' }, 1).by.write_iops_sec?.rate, 1);
  assert.deepEqual(specsForSize({ total_iops_sec_per_gb: '1e300' }, 3), { total_iops_sec: String(mostPerSecond) });
  assert.equal(limitsOf({ total_bytes_sec_per_gb: '1.1' }, 3).by.total_bytes_sec?.rate, 3);
});

test('what is no number is no limit, and is not sent for each GiB', () => {
  for (const value of ['', ' ', 'fast', '-5', 'Infinity', 'NaN']) {
    assert.deepEqual(specsForSize({ total_iops_sec_per_gb: value, total_iops_sec: '9' }, 2), { total_iops_sec: '9' });
    assert.deepEqual(limitsOf({ total_iops_sec: value, read_bytes_sec_per_gb: value }, 2).by, {}, value);
  }
  assert.deepEqual(specsForSize({ total_iops_sec_per_gb: '0', total_iops_sec: '9' }, 2), { total_iops_sec: '9' });
});

test('whatever is written, the back end and the hypervisor hear the same whole numbers, and none for each GiB', () => {
  const value = fc.oneof(fc.integer({ min: 0, max: 1e9 }).map(String), fc.double().map(String), fc.string());
  const key = fc
    .tuple(fc.constantFrom(...measures), fc.constantFrom('', '_per_gb', '_per_gb_min', '_max', '_max_length'))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.dictionary(key, value), fc.integer({ min: 1, max: 100_000 }), (specs, sizeGiB) => {
      const sent = specsForSize(specs, sizeGiB);
      assert.deepEqual(limitsOf(sent, 1), limitsOf(specs, sizeGiB));
      assert.ok(Object.keys(sent).every((one) => !one.includes('_per_gb')));
      for (const { rate, burst, burstSeconds } of Object.values(limitsOf(specs, sizeGiB).by)) {
        for (const one of [rate, burst ?? 1, burstSeconds])
          assert.ok(Number.isInteger(one) && one >= 1 && one <= mostPerSecond);
        assert.ok(burst === null || burst > rate);
      }
    }),
  );
});
