// A day in which receivers, dispatchers and the database break all the time: every event arrives, in order.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type VirtualClock, virtualClock } from '../../infra/clock/virtual.ts';
import { type Database, DatabaseError } from '../../infra/database/port.ts';
import { type WebhookAnswer, WebhookError, type Webhooks } from '../../infra/webhooks/port.ts';
import { dispatchingDatabase, happen, startDispatching } from '../harness/dispatching.ts';
import { type Made, makeSubscription, receivers } from '../harness/subscriptions.ts';

const [second, minute] = [1_000, 60_000];
const pace = { pollMilliseconds: 30 * second, claimMilliseconds: 60 * second, leaseSeconds: 300 };

let database: Database;
let clock: VirtualClock;
before(async () => {
  clock = virtualClock();
  database = await dispatchingDatabase(clock);
});
after(() => database.close());

/** Mulberry32: the same numbers for the same seed. */
function seeded(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return { chance: (of: number) => next() < of, upTo: (most: number) => Math.floor(next() * most) };
}

const never = <T>() => new Promise<T>(() => {});
const away = (statement: string) => new DatabaseError('unavailable', 'simulated', '08006', statement);
const taken: WebhookAnswer = { status: 200, retryAfter: null, text: '' };

type Mode = 'fine' | 'fine' | 'broken' | 'hangs' | 'busy' | 'away' | 'moody';
const modes: readonly Mode[] = ['fine', 'fine', 'broken', 'hangs', 'busy', 'away', 'moody'];

test('over a day of failures each event arrives at least once, in order by resource, and none is missing', async () => {
  const seed = Number(process.env.TEST_SEED ?? '20261130');
  const random = seeded(seed);
  const made: Made[] = [];
  const urls = ['a', 'b', 'c'].map((name) => `https://${name}.example/`);
  for (const url of urls) made.push(await makeSubscription(database, { url }));
  const modeOf = new Map<string, Mode>(urls.map((url) => [url, 'fine']));
  const { seen, webhooks } = receivers(
    (url) => made[urls.indexOf(url)]?.secret,
    async ({ url }, signal) => {
      const mode = modeOf.get(url) ?? 'fine';
      if (mode === 'broken') return { status: 500, retryAfter: null, text: 'broken' };
      if (mode === 'busy') return { status: 429, retryAfter: '90', text: '' };
      if (mode === 'away') throw new WebhookError('The receiver refused the connection.');
      if (mode === 'moody' && random.chance(0.4)) return { status: 503, retryAfter: null, text: '' };
      if (mode !== 'hangs') return taken;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    },
  );

  let isBroken = false;
  let kills = 0;
  /** A process: what it was at when it was killed never comes back to it. */
  const start = () => {
    const process = { isAlive: true };
    const theirs: Database = {
      async all(statement, parameters) {
        if (!process.isAlive) return never();
        // Broken before, or after it was done: nobody knows.
        if (isBroken && random.chance(0.5)) throw away(statement.name);
        const rows = await database.all<never>(statement, parameters);
        if (!process.isAlive) return never();
        if (isBroken && random.chance(0.3)) throw away(statement.name);
        return rows;
      },
      close: async () => {},
    };
    const sends: Webhooks = {
      ...webhooks,
      async send(webhook, signal) {
        if (!process.isAlive) return never();
        const answer = await webhooks.send(webhook, signal);
        if (random.chance(0.01)) process.isAlive = false; // in the middle of a delivery
        return process.isAlive ? answer : never();
      },
    };
    return {
      process,
      dispatcher: startDispatching({ database: theirs, clock, webhooks: sends }, { atOnce: 8, perSecond: 1_000, pace }),
    };
  };
  let running = [start(), start()];

  const wanted: { readonly resource: string; readonly sequence: string }[] = [];
  for (let n = 0; n < 24 * 12; n += 1) {
    for (let events = random.upTo(5); events > 0; events -= 1) {
      const resource = `aaaaaaaa-0000-4000-8000-${String(random.upTo(20)).padStart(12, '0')}`;
      wanted.push({ resource, sequence: await happen(database, clock, resource) });
    }
    for (const url of urls) if (random.chance(0.1)) modeOf.set(url, modes[random.upTo(modes.length)] ?? 'fine');
    isBroken = random.chance(0.1);
    if (random.chance(0.05)) for (const one of running.slice(random.upTo(3))) one.process.isAlive = false;
    await clock.advance(5 * minute);
    kills += running.filter(({ process }) => !process.isAlive).length;
    running = running.map((one) => (one.process.isAlive ? one : start()));
  }
  isBroken = false;
  for (const url of urls) modeOf.set(url, 'fine');
  for (let n = 0; n < 36; n += 1) {
    await clock.advance(10 * minute);
    running = running.map((one) => (one.process.isAlive ? one : start()));
  }
  for (const one of running) if (one.process.isAlive) await one.dispatcher.stop();

  assert.ok(wanted.length > 400, `${wanted.length} events`);
  assert.ok(kills > 10, `${kills} kills`);
  for (const url of urls) {
    const first = [...new Map(seen.filter((one) => one.url === url).map((one) => [one.id, one])).values()];
    const missing = wanted.filter(({ sequence }) => !first.some(({ id }) => id === sequence));
    assert.deepEqual(missing, [], `${url}, seed ${seed}`);
    for (const [resource, of] of Map.groupBy(first, (one) => one.resource)) {
      const order = of.map(({ sequence }) => sequence);
      assert.deepEqual(order, [...order].sort(), `${url} ${resource}, seed ${seed}`);
    }
  }
  const repeated = seen.length - urls.length * wanted.length;
  assert.ok(repeated < seen.length / 4, `${repeated} of ${seen.length} deliveries were repetitions`);
});
