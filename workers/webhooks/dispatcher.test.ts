import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type VirtualClock, virtualClock } from '../../infra/clock/virtual.ts';
import { type Database, sql } from '../../infra/database/port.ts';
import type { WebhookAnswer } from '../../infra/webhooks/port.ts';
import { dispatchingDatabase, happen, startDispatching } from '../../test/harness/dispatching.ts';
import { projects } from '../../test/harness/people.ts';
import { type Made, makeSubscription, receivers, type Seen } from '../../test/harness/subscriptions.ts';

const answers = (status: number, retryAfter: string | null = null): WebhookAnswer => ({
  status,
  retryAfter,
  text: 'why',
});
const [second, hour] = [1_000, 3_600_000];

let database: Database;
let clock: VirtualClock;
before(async () => {
  clock = virtualClock();
  database = await dispatchingDatabase(clock);
});
after(() => database.close());

const clear = [
  sql('test.clear.subscriptions', 'DELETE FROM subscriptions'),
  sql('test.clear.deliveries', 'DELETE FROM deliveries'),
  sql('test.clear.events', 'DELETE FROM events'),
];

/** One subscription, and a dispatcher that tells it. */
async function world(answer?: (seen: Seen, signal: AbortSignal) => Promise<WebhookAnswer>) {
  for (const statement of clear) await database.all(statement);
  const made = await makeSubscription(database);
  const { seen, webhooks } = receivers(() => made.secret, answer);
  const { stop } = startDispatching({ database, clock, webhooks });
  await clock.advance(0);
  return { seen, stop, made };
}

const [a, b] = ['aaaaaaaa-0000-4000-8000-000000000000', 'bbbbbbbb-0000-4000-8000-000000000000'] as const;

const stateText = sql(
  'test.subscriptions.state',
  `SELECT s.state, s.reason,
  (SELECT count(*)::int FROM deliveries d WHERE d.status = 'waiting') AS waiting,
  (SELECT count(*)::int FROM deliveries d WHERE d.status = 'delivered') AS delivered FROM subscriptions s`,
);
const stateOf = async () => (await database.all(stateText))[0];
const ids = (seen: readonly Seen[]) => seen.map(({ id }) => id);

test('a subscription is told of each event once, in order', async () => {
  const { seen, stop } = await world();
  const made = [];
  for (let n = 0; n < 100; n += 1) made.push(await happen(database, clock, n % 3 === 0 ? a : b));
  await clock.advance(60 * second);
  assert.deepEqual(ids(seen).sort(), [...made].sort());
  for (const resource of [a, b]) {
    const order = seen.filter((one) => one.resource === resource).map(({ sequence }) => sequence);
    assert.deepEqual(order, [...order].sort());
  }
  assert.deepEqual(await stateOf(), { state: 'enabled', reason: null, waiting: 0, delivered: 100 });
  await stop();
});

test('an event that fails holds back the later ones of its resource and no others', async () => {
  let broken = a as string | null;
  const { seen, stop } = await world(async ({ resource }) => answers(resource === broken ? 500 : 204));
  const ofA = [await happen(database, clock, a), await happen(database, clock, a)];
  const ofB = [await happen(database, clock, b), await happen(database, clock, b)];
  await clock.advance(21 * second);
  ofA.push(await happen(database, clock, a));
  await clock.advance(21 * second);
  assert.deepEqual(ids(seen), ofB);
  broken = null;
  await clock.advance(6 * 60 * second);
  assert.deepEqual(ids(seen), [...ofB, ...ofA]);
  await stop();
});

test('a receiver that is away for hours is asked seldom, and is told all when it is back', async () => {
  let [isAway, asked] = [true, 0];
  const { seen, stop } = await world(async () => {
    asked += 1;
    return answers(isAway ? 503 : 204);
  });
  const made: string[] = [];
  for (let n = 0; n < 300; n += 1)
    made.push(await happen(database, clock, `aaaaaaaa-0000-4000-8000-${String(n % 50).padStart(12, '0')}`));
  await clock.advance(8 * hour);
  assert.ok(asked < 40, `asked ${asked} times in eight hours`);
  isAway = false;
  await clock.advance(75 * 60 * second);
  assert.deepEqual(ids(seen).sort(), [...made].sort());
  await stop();
});

test('what Retry-After says is waited for', async () => {
  const at: number[] = [];
  const { seen, stop } = await world(async () => {
    at.push(clock.now());
    return at.length === 1 ? answers(429, '600') : answers(204);
  });
  await happen(database, clock, a);
  await happen(database, clock, a);
  await clock.advance(700 * second);
  assert.equal(seen.length, 2);
  const waited = ((at.at(1) ?? 0) - (at[0] ?? 0)) / second;
  assert.ok(waited >= 600 && waited < 660, String(waited));
  await stop();
});

const message = sql('test.messages', `SELECT m.resource_type, m.resource_uuid::text AS id FROM messages m`);

for (const [status, becomes, after] of [
  [410, 'disabled', 0],
  [500, 'paused', 23 * hour],
] as const) {
  test(`${status} makes a subscription ${becomes}, with a message for its project, and keeps what was not taken`, async () => {
    const { stop, made } = await world(async () => answers(status));
    await happen(database, clock, a);
    await happen(database, clock, a);
    await clock.advance(after);
    if (after > 0) assert.deepEqual(await stateOf(), { state: 'enabled', reason: null, waiting: 2, delivered: 0 });
    await clock.advance(2 * hour);
    const { reason, ...state } = Object(await stateOf());
    assert.match(reason, new RegExp(String(status)));
    assert.deepEqual(state, { state: becomes, waiting: 2, delivered: 0 });
    const messages = await database.all(message);
    assert.deepEqual(messages.at(-1), { resource_type: 'SUBSCRIPTION', id: made.id });
    await stop();
  });
}

test('a receiver that hangs is given up after 15 seconds, and tried again', async () => {
  let asked = 0;
  const { seen, stop } = await world(async (_, signal) => {
    asked += 1;
    if (asked > 1) return answers(204);
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  await happen(database, clock, a);
  await clock.advance(70 * second);
  assert.equal(seen.length, 1);
  await stop();
});

test('of a subscription that is disabled or removed nothing more is sent', async () => {
  const { seen, stop } = await world();
  await happen(database, clock, a);
  await clock.advance(21 * second);
  await database.all(sql('test.disable', `UPDATE subscriptions s SET state = 'disabled', fence = s.fence + 1`));
  await happen(database, clock, a);
  await clock.advance(300 * second);
  assert.equal(seen.length, 1);
  await stop();
});

test('a project is told of its own events only; types and resources choose among them', async () => {
  for (const statement of clear) await database.all(statement);
  const made: Made[] = [];
  const of = async (name: string, fields: object) => {
    made.push(await makeSubscription(database, { ...fields, url: `https://receiver.example/${name}` }));
  };
  await of('0', { types: ['volume.create.*'] });
  await of('1', { project: projects.other });
  await of('2', { all: true });
  const { seen, webhooks } = receivers((url) => made[Number(url.at(-1))]?.secret);
  const { stop } = startDispatching({ database, clock, webhooks });
  await happen(database, clock, a, 'volume.create.end');
  await happen(database, clock, a, 'volume.delete.end');
  await happen(database, clock, b, 'volume.create.end', projects.other);
  await clock.advance(60 * second);
  const told = (n: number) =>
    seen.filter(({ url }) => url.endsWith(`/${n}`)).map((one) => `${one.resource[0]} ${one.type}`);
  assert.deepEqual(told(0), ['a volume.create.end']);
  assert.deepEqual(told(1), ['b volume.create.end']);
  assert.deepEqual(told(2).sort(), ['a volume.create.end', 'a volume.delete.end', 'b volume.create.end']);
  await stop();
});
