import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matches, unmetSpec } from './extra-specs.ts';

/** What is asked of a capability, what meets it, and what does not. */
const table: readonly (readonly [wanted: string, meet: readonly unknown[], miss: readonly unknown[]])[] = [
  // At least, as Cinder has it.
  ['= 5', [5, '5', '5.0', 6, 10], [4, 'five', '']],
  ['== 5', [5, '5', '5.0'], [4, 6, 'five']],
  ['!= 5', [4, '6'], [5, '5.0', 'five']],
  // Numbers and not texts: 10 is more than 9.
  ['>= 9', [9, '10', 9.5], [8, 'ten']],
  ['<= 9', [9, '8', -1], ['10', 'one']],
  ['>= five', [], [4, 5, 6]],
  ['>=', [], [0, 5, '']],
  ['s== ssd', ['ssd'], ['SSD', 'ssd2', '']],
  ['s== a b', ['a b'], ['a', 'b']],
  ['s!= ssd', ['SSD', 'hdd'], ['ssd']],
  ['s< b', ['a', '10'], ['b', 'c']],
  ['s<= b', ['a', 'b'], ['ba', 'c']],
  ['s> b', ['ba', 'c'], ['a', 'b']],
  ['s>= b', ['b', 'c'], ['a']],
  ['<in> sd', ['ssd', 'sdx', ['hdd', 'ssd']], ['hd', ['a', 'b']]],
  ['<is> True', [true, 'true', 'yes', '1', 'on'], [false, 'false', 'no', '0', '']],
  ['<is> False', [false, 'no', 'anything'], [true, 'TRUE', 'y']],
  ['<or> NFS <or> iSCSI', ['NFS', 'iSCSI', ['FC', 'NFS']], ['FC', 'NFS iSCSI', '']],
  // Without an operator: equal, or one of them.
  ['NFS', ['NFS', ['FC', 'NFS']], ['nfs', 'NFSv4']],
  ['True', [true, 'True'], [false, 'true']],
  ['5', [5, '5'], ['5.0', 6]],
];

for (const [wanted, meet, miss] of table) {
  test(`${wanted}: ${JSON.stringify(meet)} meet it, ${JSON.stringify(miss)} do not`, () => {
    for (const has of meet) assert.equal(matches(has, wanted), true, JSON.stringify(has));
    for (const has of miss) assert.equal(matches(has, wanted), false, JSON.stringify(has));
  });
}

test('a pool is told apart by the first spec that it does not meet, nested ones too; scopes of others are not asked', () => {
  const has = { free: 10, storage: { kind: 'ssd', levels: { gold: true } } };
  assert.equal(unmetSpec(has, { free: '>= 5', 'capabilities:storage:kind': 's== ssd', 'other:thing': 'x' }), null);
  assert.equal(unmetSpec(has, { 'capabilities:storage:levels:gold': '<is> True' }), null);
  assert.equal(unmetSpec(has, { free: '>= 11' }), 'its free is 10, not >= 11');
  assert.equal(unmetSpec(has, { thin: '<is> True' }), 'it has no capability thin');
  assert.equal(
    unmetSpec(has, { 'capabilities:storage:colour': 'red' }),
    'it has no capability capabilities:storage:colour',
  );
  // What every object has is no capability.
  assert.equal(unmetSpec(has, { constructor: 'x' }), 'it has no capability constructor');
});
