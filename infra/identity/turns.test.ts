import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TooManySignIns } from './port.ts';
import { type Turn, takingTurns } from './turns.ts';

/** One at a time; the first is under way until `go()`. Tells in which order the others were worked on. */
function busy(maxWaiting = 200) {
  const turns = takingTurns({ concurrency: 1, maxWaiting, retrySeconds: 7 });
  const order: string[] = [];
  const begun = Promise.withResolvers<void>();
  const first = turns({ address: null, account: 'first' }, () => begun.promise);
  const all: Promise<string>[] = [];
  return {
    ask(name: string, turn: Partial<Turn> & Pick<Turn, 'address'>) {
      const work = async () => void order.push(name);
      const done = turns({ account: name, ...turn }, work).then(
        () => 'done',
        (error: unknown) => {
          assert.ok(error instanceof TooManySignIns && error.retryAfterSeconds === 7);
          return 'refused';
        },
      );
      all.push(done);
      return done;
    },
    async go() {
      begun.resolve();
      await first;
      return { told: await Promise.all(all), order };
    },
  };
}

test('addresses take turns, however much one of them asks for', async () => {
  const { ask, go } = busy();
  for (let n = 0; n < 50; n += 1) ask(`flood ${n}`, { address: 'a' });
  ask('other', { address: 'b' });
  const { order } = await go();
  assert.ok(order.indexOf('other') <= 1, `${order.indexOf('other')}`);
  assert.equal(order.length, 51);
});

test('accounts of one address take turns', async () => {
  const { ask, go } = busy();
  for (let n = 0; n < 50; n += 1) ask(`flood ${n}`, { address: 'a', account: 'guessed at' });
  ask('other', { address: 'a', account: 'another' });
  const { order } = await go();
  assert.ok(order.indexOf('other') <= 1, `${order.indexOf('other')}`);
});

test('a full line takes an address that has little in it, and refuses those that filled it', async () => {
  const { ask, go } = busy(10);
  for (let n = 0; n < 30; n += 1) ask(`flood ${n}`, { address: 'a' });
  const others = ['b', 'c', 'd'].map((address) => ask(address, { address }));
  const { told, order } = await go();
  assert.deepEqual(await Promise.all(others), ['done', 'done', 'done']);
  assert.equal(order.length, 10);
  assert.equal(told.filter((one) => one === 'refused').length, 23);
  // Those who came first of the flood stay.
  assert.deepEqual(order.filter((one) => one.startsWith('flood')).at(-1), 'flood 6');
});

test('a full line of one address takes another account of it before more of the one that filled it', async () => {
  const { ask, go } = busy(10);
  for (let n = 0; n < 30; n += 1) ask(`flood ${n}`, { address: 'a', account: 'guessed at' });
  const other = ask('other', { address: 'a', account: 'another' });
  await go();
  assert.equal(await other, 'done');
});

test('what comes first passes everybody', async () => {
  const { ask, go } = busy();
  for (let n = 0; n < 3; n += 1) ask(`flood ${n}`, { address: 'a' });
  ask('known', { address: 'a', isFirst: true });
  const { order } = await go();
  assert.deepEqual(order, ['known', 'flood 0', 'flood 1', 'flood 2']);
});

test('a line that fills and empties goes on, and what was refused is forgotten', async () => {
  const turns = takingTurns({ concurrency: 2, maxWaiting: 3, retrySeconds: 1 });
  for (let round = 0; round < 5; round += 1) {
    const asked = Array.from({ length: 20 }, (_, n) => turns({ address: `${n % 3}`, account: `${n}` }, async () => n));
    const told = await Promise.allSettled(asked);
    assert.equal(told.filter(({ status }) => status === 'fulfilled').length, 5);
  }
});
