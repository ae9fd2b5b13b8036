// What every queue guarantees: memory, the rows of the operations, SQS by each of its ways.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery, Message, Queue } from './port.ts';

export interface Fixture {
  readonly queue: Queue;
  /** Puts work in a queue as a request does, and returns the ids of its operations, oldest first. */
  put(queue: string, project: string, count: number): Promise<string[]>;
  close(): Promise<void>;
}

export interface Traits {
  /** A message that is neither acknowledged nor extended comes again when its time is over. */
  readonly comesAgain: boolean;
  /** It carries messages that were sent to it, and delays them; otherwise the rows have it all. */
  readonly carries: boolean;
}

const idsOf = (got: readonly Delivery[]) => got.map((one) => one.message.operation);
const workOf = (worked: readonly Message[]) => worked.map((one) => one.operation);
const projectsOf = (got: readonly Delivery[]) => got.map((one) => one.message.project).sort();
const message = (operation: string, project = 'p'): Message => ({
  operation,
  attempt: 0,
  project,
  kind: 'volume.create',
});

/** What comes within a time; nothing when nothing does. */
const receive = (queue: Queue, name: string, most = 10, milliseconds = 400, visibilitySeconds = 60) =>
  queue.receive(name, { most, visibilitySeconds, signal: AbortSignal.timeout(milliseconds) });

/**
 * Works on all that there is, as consumers do: what was `done` already in the place of something else is left for
 * other work that is due. Returns what was worked on.
 */
async function drained(queue: Queue, name: string, most = 10, done = new Set<string>()): Promise<Message[]> {
  const worked: Message[] = [];
  for (let got = await receive(queue, name, most); got.length > 0; got = await receive(queue, name, most)) {
    assert.ok(got.length <= most, `${got.length} came where ${most} were asked for`);
    for (const { message } of got) {
      let mine: Message | undefined = message;
      while (mine !== undefined && done.has(mine.operation)) mine = await queue.instead?.(name);
      if (mine === undefined) continue;
      done.add(mine.operation);
      worked.push(mine);
    }
    await queue.acknowledge(
      name,
      got.map((one) => one.receipt),
    );
  }
  return worked;
}

export function queueContract(what: string, open: () => Promise<Fixture>, { comesAgain, carries }: Traits): void {
  describe(`queue: ${what}`, () => {
    // What an adapter does not promise is no test of it.
    const testIfCarried = carries ? test : () => {};
    const testIfAgain = comesAgain ? test : () => {};
    let fixture: Fixture;
    let queue: Queue;
    before(async () => {
      fixture = await open();
      queue = fixture.queue;
    });
    after(() => fixture.close());

    test('what is put in a queue comes out of it, each once, never more at once than asked for', async () => {
      const ids = await fixture.put('volume:h@all', 'p', 33);
      assert.deepEqual(workOf(await drained(queue, 'volume:h@all', 7)).sort(), ids.sort());
    });

    test('two that receive at once get different work, and all of it', async () => {
      const ids = await fixture.put('volume:h@two', 'p', 60);
      const done = new Set<string>();
      const both = await Promise.all([1, 2].map(() => drained(queue, 'volume:h@two', 3, done)));
      assert.deepEqual(workOf(both.flat()).sort(), ids.sort());
    });

    test('queues with names of hosts and lanes do not mix', async () => {
      const names = [
        'volume:h.example@a_b',
        'volume:h.example@a_b/long',
        'volume:h.example@a-b',
        `volume:${'h'.repeat(99)}@b`,
      ];
      const ids = await Promise.all(names.map((name) => fixture.put(name, 'p', 1)));
      for (const [at, name] of names.entries()) assert.deepEqual(workOf(await drained(queue, name)), ids[at]);
    });

    test('the work of each project comes in its turn, whatever the others have waiting', async () => {
      const name = 'volume:h@turns';
      for (const project of ['a', 'b', 'c']) await fixture.put(name, project, 20);
      assert.deepEqual(projectsOf(await receive(queue, name, 6)), ['a', 'a', 'b', 'b', 'c', 'c']);
      await fixture.put(name, 'quiet', 1);
      assert.deepEqual(projectsOf(await receive(queue, name, 1)), ['quiet']);
      const rest = [];
      for (let n = 0; n < 3; n += 1) rest.push(...(await receive(queue, name, 1)));
      assert.deepEqual(projectsOf(rest), ['a', 'b', 'c']);
    });

    test('who waits is woken by what is put, and gets nothing when its waiting ends', async () => {
      const waits = receive(queue, 'volume:h@wake', 1, 5_000);
      await sleep(50);
      const since = performance.now();
      const [id] = await fixture.put('volume:h@wake', 'p', 1);
      assert.deepEqual(idsOf(await waits), [id]);
      assert.ok(performance.now() - since < 1_500, 'it was not woken');
      assert.deepEqual(await receive(queue, 'volume:h@wake', 1, 100), []);
    });

    test('a delay that no queue service takes is refused', async () => {
      await assert.rejects(queue.send('volume:h@late', [message('a')], { delaySeconds: 901 }), RangeError);
    });

    testIfCarried('what cannot be worked on is released, and comes again', async () => {
      const name = 'volume:h@again';
      const [id] = await fixture.put(name, 'p', 1);
      const [first] = await receive(queue, name);
      await queue.release(name, first?.receipt ?? '', 0);
      assert.deepEqual(workOf(await drained(queue, name)), [id]);
      // Too late for a receipt: nobody is harmed.
      await queue.release(name, first?.receipt ?? '', 0);
      await queue.acknowledge(name, [first?.receipt ?? '']);
      assert.deepEqual(await receive(queue, name), []);
    });

    testIfCarried('a delayed message comes when it is due and not before', async () => {
      const name = 'volume:h@delay';
      await queue.send(name, [message('00000000-0000-4000-8000-00000000000a')], { delaySeconds: 1 });
      assert.deepEqual(await receive(queue, name, 1, 500), []);
      assert.equal((await receive(queue, name, 1, 3_000)).length, 1);
    });

    testIfCarried('any number of messages is sent in one call, and each as it was', async () => {
      const sent = Array.from({ length: 25 }, (_, n) => message(`00000000-0000-4000-8000-${`${n}`.padStart(12, '0')}`));
      await queue.send('scheduler', sent);
      const got = await drained(queue, 'scheduler');
      const order = (one: Message, other: Message) => (one.operation < other.operation ? -1 : 1);
      assert.deepEqual(got.sort(order), sent);
      await queue.send('scheduler', []);
    });

    testIfAgain('a message stays hidden while it is extended, and comes again when nobody does', async () => {
      const name = 'volume:h@hidden';
      const [id] = await fixture.put(name, 'p', 1);
      const [first] = await receive(queue, name, 1, 1_000, 1);
      await queue.extend(name, first?.receipt ?? '', 2);
      assert.deepEqual(await receive(queue, name, 1, 1_400), []);
      assert.deepEqual(idsOf(await receive(queue, name, 1, 3_000)), [id]);
    });
  });
}
