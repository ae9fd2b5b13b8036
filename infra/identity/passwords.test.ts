import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scryptPasswords } from './passwords.ts';
import { IdentityUnavailable } from './port.ts';

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

  it('that is right passes a flood of wrong ones from the same address, though it was never tried before', async () => {
    const passwords = scryptPasswords({ cost: 1024, concurrency: 1, maxWaiting: 50 });
    const encoded = await passwords.hash('opensesame');
    const order: string[] = [];
    const ask = async (account: string, password: string, kept: string | null) => {
      const told = await passwords.verify(password, kept, { account, address: 'a', isSlowed: false }).catch(() => null);
      order.push(account);
      return told;
    };
    const flood = Array.from({ length: 230 }, (_, n) => ask(`nobody ${n}`, 'x', null));
    assert.equal(await ask('ann', 'opensesame', encoded), true);
    assert.ok(
      order.filter((one) => one.startsWith('nobody')).length <= 182,
      'the line was refused, and one was served',
    );
    await Promise.all(flood);
  });
});
