import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scryptPasswords } from './passwords.ts';
import { IdentityUnavailable, TooManySignIns } from './port.ts';

describe('a password', () => {
  it('holds for itself and for nothing else, and is salted', async () => {
    const passwords = scryptPasswords();
    const encoded = await passwords.hash('opensesame');
    assert.match(encoded, /^scrypt\$32768\$8\$1\$/);
    assert.notEqual(encoded, await passwords.hash('opensesame'));
    assert.equal(await passwords.verify('opensesame', encoded), true);
    assert.equal(await passwords.verify('Opensesame', encoded), false);
    assert.equal(await passwords.verify('', encoded), false);
  });

  it('is checked with the parameters that it was hashed with', async () => {
    const encoded = await scryptPasswords({ cost: 1024 }).hash('x');
    assert.equal(await scryptPasswords().verify('x', encoded), true);
  });

  it('of nobody is worked on like any other, and is wrong', async () => {
    const passwords = scryptPasswords();
    const encoded = await passwords.hash('x');
    const took = async (kept: string | null) => {
      const from = performance.now();
      assert.equal(await passwords.verify('y', kept), false);
      return performance.now() - from;
    };
    const [known, unknown] = [await took(encoded), await took(null)];
    assert.ok(unknown > known / 5, `${unknown} ms for nobody, ${known} ms for somebody`);
    assert.equal(await passwords.verify('', null), false);
  });

  it('that was right is remembered beside its hash for five minutes, and no wrong one is', async () => {
    let now = 0;
    const passwords = scryptPasswords({ cost: 1024, concurrency: 1, maxWaiting: 0, now: () => now });
    const encoded = await passwords.hash('opensesame');
    assert.equal(await passwords.verify('opensesame', encoded), true);
    // What is worked on is refused while something else is; what is remembered is not.
    const isRemembered = async (password: string, kept: string) => {
      const [, told] = await Promise.allSettled([passwords.hash('x'), passwords.verify(password, kept)]);
      if (told.status === 'rejected') assert.ok(told.reason instanceof IdentityUnavailable);
      return told.status === 'fulfilled' && told.value;
    };
    assert.equal(await isRemembered('opensesame', encoded), true);
    assert.equal(await isRemembered('Opensesame', encoded), false);
    assert.equal(await passwords.verify('Opensesame', encoded), false);
    const changed = await passwords.hash('openbarley');
    assert.equal(await isRemembered('opensesame', changed), false);
    assert.equal(await passwords.verify('opensesame', changed), false);
    now = 299_999;
    assert.equal(await isRemembered('opensesame', encoded), true);
    now = 300_000;
    assert.equal(await isRemembered('opensesame', encoded), false);
    assert.equal(await passwords.verify('opensesame', encoded), true);
    assert.equal(await isRemembered('opensesame', encoded), true);
  });

  it('waits in line, and is refused when the line is too long', async () => {
    const passwords = scryptPasswords({ cost: 1024, concurrency: 1, maxWaiting: 2 });
    const all = await Promise.allSettled(Array.from({ length: 5 }, () => passwords.hash('x')));
    assert.deepEqual(
      all.map((one) => one.status),
      ['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected'],
    );
    assert.ok(all[4]?.status === 'rejected' && all[4].reason instanceof IdentityUnavailable);
    assert.equal(typeof (await passwords.hash('x')), 'string');
  });

  /** Sign-ins of which one at a time is let in from the line; tells in which order they were looked up. */
  function door(maxAtDoor = 50) {
    const passwords = scryptPasswords({ cost: 1024, concurrency: 2, maxAtDoor });
    const order: string[] = [];
    const ask = (account: string, password: string, kept: string | null, address = 'a') => {
      const one = { account, address };
      const work = async () => {
        order.push(account);
        if (!(await passwords.verify(password, kept, one))) throw new Error('wrong');
      };
      return passwords.admit(one, password, work).then(
        () => 'right',
        (error: Error) => (error instanceof TooManySignIns ? 'refused' : error.message),
      );
    };
    const flood = () => Array.from({ length: 230 }, (_, n) => ask(`nobody ${n}`, 'x', null));
    return { passwords, order, ask, flood };
  }

  it('is not even looked up while many wait, and refused at once when too many do', async () => {
    const { order, flood } = door();
    const told = flood();
    await Promise.resolve();
    assert.deepEqual(order, ['nobody 0']);
    const all = await Promise.all(told);
    assert.equal(all.filter((one) => one === 'wrong').length, 51);
    assert.equal(all.filter((one) => one === 'refused').length, 179);
    assert.equal(order.length, 51);
  });

  it('that is expected passes a flood of wrong ones from the same address, though it was never tried before', async () => {
    const { passwords, order, ask, flood } = door();
    const encoded = await passwords.hash('opensesame');
    passwords.expect('ann', 'opensesame');
    const told = flood();
    assert.equal(await ask('ann', 'opensesame', encoded), 'right');
    assert.ok(order.length <= 6, `${order.length} were looked up before`);
    await Promise.all(told);
  });

  it('that was right passes the next flood, also from another address', async () => {
    const { passwords, order, ask, flood } = door();
    const encoded = await passwords.hash('opensesame');
    assert.equal(await ask('ann', 'opensesame', encoded), 'right');
    const told = flood();
    assert.equal(await ask('ann', 'opensesame', encoded, 'b'), 'right');
    assert.ok(order.length <= 7, `${order.length} were looked up before`);
    await Promise.all(told);
  });

  it('passes no line for whoever has guessed often: how long it takes would tell which guess to look at', async () => {
    const { passwords, order, ask, flood } = door();
    const encoded = await passwords.hash('opensesame');
    passwords.expect('ann', 'opensesame');
    for (let n = 0; n < 20; n += 1) assert.equal(await ask('ann', `guess ${n}`, encoded), 'wrong');
    const since = order.length;
    const told = flood();
    assert.equal(await ask('ann', 'opensesame', encoded), 'refused');
    assert.equal(await ask('ann', 'opensesame', encoded, 'b'), 'right');
    assert.ok(order.length - since <= 7);
    await Promise.all(told);
    assert.equal(await ask('ann', 'opensesame', encoded), 'right');
  });
});
