import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { canary } from '../../../test/harness/canaries.ts';
import { passwordAuth, type TestIdentity, testIdentity } from '../../../test/harness/identity.ts';

let to: TestIdentity;
beforeEach(async () => {
  to = await testIdentity();
});
afterEach(() => to.close());

const attempt = async (password: string) =>
  (await to.send('POST', '/auth/tokens', { body: passwordAuth('demo', password) })).status;

describe('many guesses at once', () => {
  it('are no more than ten: the right one among those that follow is refused', async () => {
    const all = await Promise.all([
      ...Array.from({ length: 20 }, () => attempt('wrong')),
      attempt(canary('demo-secret')),
    ]);
    assert.deepEqual([...new Set(all)], [401]);
  });

  it('at the right password are all let in', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => attempt(canary('demo-secret'))));
    assert.deepEqual([...new Set(all)], [201]);
  });
});

describe('an account after ten wrong passwords', () => {
  it('is closed to the right one too, for five minutes', async () => {
    for (let i = 0; i < 10; i += 1) assert.equal(await attempt('wrong'), 401);
    assert.equal(await attempt(canary('demo-secret')), 401);
    to.pass(301);
    assert.equal(await attempt(canary('demo-secret')), 201);
  });
});
