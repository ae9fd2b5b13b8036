import assert from 'node:assert/strict';
import { test } from 'node:test';
import { people } from '../../test/harness/people.ts';
import { knownTokens } from './known-tokens.ts';
import { roleSet } from './roles.ts';

const { member, admin } = people;
assert.ok(member && admin);

test('a token is known by all of it, until its time, and of two whose signatures end alike the later', () => {
  const known = knownTokens();
  known.add({ token: 'a.b.signature', actor: member, until: 10 });
  assert.equal(known.find('a.b.signature', 9)?.actor, member);
  assert.equal(known.find('a.b.signature', 10), undefined);
  for (const other of ['a.c.signature', 'xa.b.signature', 'signature', 'gnature', '', 'a.b.signaturf']) {
    assert.equal(known.find(other, 9), undefined, other);
  }
  known.add({ token: 'a.c.signature', actor: admin, until: 10 });
  assert.equal(known.find('a.c.signature', 9)?.actor, admin);
  assert.equal(known.find('a.b.signature', 9), undefined);
  known.remove('a.c.signature');
  assert.equal(known.find('a.c.signature', 9), undefined);
});

test('tokens that are too short for a signature are told apart too', () => {
  const known = knownTokens();
  known.add({ token: 'ab', actor: member, until: 10 });
  assert.equal(known.find('ab', 0)?.actor, member);
  assert.equal(known.find('ba', 0), undefined);
});

test('the same roles are one set, and no name can be made to look like two', () => {
  assert.equal(roleSet(['member', 'reader']), roleSet(['member', 'reader']));
  for (const one of [
    ['member,reader'],
    ['member","reader'],
    ['member\nreader'],
    ['member\0reader'],
    ['member reader'],
  ]) {
    assert.deepEqual([...roleSet(one)], one);
  }
  assert.deepEqual([...roleSet(['member', 'reader'])], ['member', 'reader']);
  assert.equal(roleSet([]).size, 0);
});
