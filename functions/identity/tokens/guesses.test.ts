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
  it('are no more than the free ones: the right one among those that follow is refused', async () => {
    const all = await Promise.all([
      ...Array.from({ length: 20 }, () => attempt('wrong')),
      attempt(canary('demo-secret')),
    ]);
    assert.deepEqual([all.slice(0, 20).every((status) => status === 401 || status === 429), all[20]], [true, 429]);
  });

  it('at the right password are all let in', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => attempt(canary('demo-secret'))));
    assert.deepEqual([...new Set(all)], [201]);
  });
});

describe('an address after five wrong passwords of an account', () => {
  it('waits, with the right one too, and is told for how long', async () => {
    for (let i = 0; i < 5; i += 1) assert.equal(await attempt('wrong'), 401);
    for (const password of ['wrong', canary('demo-secret')]) {
      const told = await to.send('POST', '/auth/tokens', { body: passwordAuth('demo', password) });
      assert.deepEqual([told.status, told.headers.get('retry-after')], [429, '1']);
      assert.match(told.body.error.message, /Too many wrong passwords for this account/);
    }
    to.pass(1);
    assert.equal(await attempt(canary('demo-secret')), 201);
    for (let i = 0; i < 4; i += 1) assert.equal(await attempt('wrong'), 401);
  });
});

describe('two processes on one database', () => {
  const one = { account: 'ann', address: '192.0.2.1' };
  const other = { account: 'ben', address: '192.0.2.1' };
  const shared = (operators: string[] = []) =>
    sharedGuesses({ database: to.database, clock: to.ports.clock }, { operators });

  it('count wrong passwords together, and each makes those wait that the other has found', async () => {
    const [here, there] = [shared(), shared()];
    for (let n = 0; n < 4; n += 1) {
      await here.wrong(one);
      await there.wrong(one);
    }
    // The eighth was the second's: it knows how long at once, the first when it has looked at one password more.
    assert.deepEqual([here.wait(one), there.wait(one)], [4, 8]);
    assert.equal(await here.right(one), 8);
    assert.equal(here.wait(one), 8);
    assert.equal(await there.right(other), 0);
    to.pass(9);
    assert.deepEqual([here.wait(one), await here.right(one), await there.right(other)], [0, 0, 0]);
  });

  it('wait as long as one does', async () => {
    const guesses = shared();
    const waited: number[] = [];
    for (let n = 0; n < 16; n += 1) {
      await guesses.wrong(one);
      waited.push(guesses.wait(one));
      to.pass(guesses.wait(one));
    }
    assert.deepEqual(waited, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
  });

  it('begin from none after a right password, and after an hour', async () => {
    const guesses = shared();
    const wrongs = async (count: number) => {
      for (let n = 0; n < count; n += 1) await guesses.wrong(one);
    };
    await wrongs(4);
    assert.equal(await guesses.right(one), 0);
    await wrongs(4);
    to.pass(3601);
    await wrongs(4);
    assert.equal(guesses.wait(one), 0);
    await wrongs(1);
    assert.equal(guesses.wait(one), 1);
  });

  it('close an account after a hundred from everywhere, but to an operator and to who is known', async () => {
    const [here, there] = [shared(['127.0.0.1']), shared()];
    const known = { ...one, address: '198.51.100.1' };
    assert.equal(await here.right(known), 0);
    for (let n = 0; n < 100; n += 1) await there.wrong({ ...one, address: `192.0.2.${n}` });
    const stranger = { ...one, address: '203.0.113.9' };
    assert.deepEqual([await here.right(stranger), here.wait(stranger), there.wait(stranger)], [300, 300, 300]);
    assert.equal(await here.right(known), 0);
    assert.equal(await here.right({ ...one, address: '127.0.0.1' }), 0);
    to.pass(300);
    assert.equal(await here.right(stranger), 0);
  });

  it('keep no names and no addresses, one statement a password, and nothing that is over', async () => {
    const guesses = shared();
    to.database.take();
    const made = (n: number) => ({ account: `user:default/${canary('typed-as-a-name')}${n}`, address: '192.0.2.77' });
    for (let n = 0; n < 20; n += 1) await guesses.wrong(made(n));
    assert.equal(to.database.take().length, 20);
    const rows = () => to.database.all<{ text: string }>(sql('t', 'SELECT g::text AS text FROM password_guesses g'));
    assert.equal((await rows()).length, 40);
    assert.equal(
      (await rows()).some(({ text }) => holdsCanary(text) || text.includes('192.0.2.77')),
      false,
    );
    to.pass(3601);
    await guesses.wrong(one);
    assert.equal((await rows()).length, 2);
  });
});
