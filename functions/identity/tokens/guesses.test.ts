import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { sql } from '../../../infra/database/port.ts';
import { sharedGuesses } from '../../../infra/identity/guesses-shared.ts';
import { canary, holdsCanary } from '../../../test/harness/canaries.ts';
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

describe('two processes on one database', () => {
  it('count wrong passwords together, and each knows an account that the other has closed', async () => {
    const [one, two] = [0, 1].map(() => sharedGuesses({ database: to.database, clock: to.ports.clock }));
    assert.ok(one !== undefined && two !== undefined);
    for (let n = 0; n < 5; n += 1) {
      await one.wrong('ann');
      await two.wrong('ann');
    }
    // The tenth was the second's: it knows at once, the first when it has looked at one password more.
    assert.deepEqual([one.isClosed('ann'), two.isClosed('ann')], [false, true]);
    assert.equal(await one.right('ann'), false);
    assert.equal(one.isClosed('ann'), true);
    assert.equal(await two.right('ben'), true);
    to.pass(301);
    assert.deepEqual([one.isClosed('ann'), await one.right('ann'), await two.right('ann')], [false, true, true]);
  });

  it('begin to count anew after a right password, and after five minutes', async () => {
    const guesses = sharedGuesses({ database: to.database, clock: to.ports.clock });
    const wrongs = async (count: number) => {
      for (let n = 0; n < count; n += 1) await guesses.wrong('ann');
    };
    await wrongs(9);
    assert.equal(await guesses.right('ann'), true);
    await wrongs(9);
    to.pass(301);
    await wrongs(9);
    assert.equal(guesses.isClosed('ann'), false);
    await wrongs(1);
    assert.equal(guesses.isClosed('ann'), true);
  });

  it('keep no names, one statement a password, and nothing that is over', async () => {
    const guesses = sharedGuesses({ database: to.database, clock: to.ports.clock });
    to.database.take();
    for (let n = 0; n < 20; n += 1) await guesses.wrong(`user:default/${canary('typed-as-a-name')}${n}`);
    assert.equal(to.database.take().length, 20);
    const rows = () => to.database.all<{ text: string }>(sql('t', 'SELECT g::text AS text FROM password_guesses g'));
    assert.equal((await rows()).length, 20);
    assert.equal(
      (await rows()).some(({ text }) => holdsCanary(text)),
      false,
    );
    to.pass(301);
    await guesses.wrong('ann');
    assert.equal((await rows()).length, 1);
  });
});
