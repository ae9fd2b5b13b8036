// Dispatchers as processes of their own on one PostgreSQL, killed with what they have under way.
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { sql } from '../../infra/database/port.ts';
import { changeByMany } from '../harness/counted-changes.ts';
import { freshDatabase } from '../harness/scoria.ts';
import { type Made, makeSubscription } from '../harness/subscriptions.ts';
import { seedWorld } from '../harness/world.ts';

const url = process.env.TEST_DATABASE_URL;
const skip = url === undefined ? 'needs TEST_DATABASE_URL' : false;

const script = fileURLToPath(new URL('../harness/dispatcher-process.ts', import.meta.url));
const [subscriptionCount, writers, rounds] = [4, 4, 25];
/** Of those that come for the first time: what one has told is told again by the next, and must not end that one too. */
const deliveriesForAKill = 50;
const others = sql('test.subscriptions.others', 'DELETE FROM subscriptions');

interface Told {
  readonly id: string;
  readonly partitionkey: string;
  readonly data: { readonly size: number };
}

test('dispatchers that are killed at any moment tell each subscription of every event, a resource in order', {
  skip,
}, async () => {
  const database = await freshDatabase();
  await seedWorld(database);
  const made = new Map<string, Made>();
  const first = new Map<string, Told[]>(); // of each path, what came for the first time
  let [deliveries, kills] = [0, 0];
  let arrived = () => {};

  const take = async (request: IncomingMessage): Promise<void> => {
    const path = request.url ?? '';
    const body = await text(request);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    new Webhook(made.get(path)?.secret ?? '').verify(body, headers);
    const event: Told = JSON.parse(body);
    const seen = first.get(path) ?? [];
    first.set(path, seen);
    if (seen.some(({ id }) => id === event.id)) return;
    seen.push(event);
    deliveries += 1;
    arrived();
  };
  const server = createServer((request, response) => {
    take(request).then(
      () => response.writeHead(204).end(),
      (error: unknown) => response.writeHead(400).end(String(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const running: ChildProcess[] = [];
  const begin = () => running.push(fork(script, [url ?? '']));
  const kill = async () => {
    // The older one has subscriptions; where both have, whoever lives gets them all.
    const one = running.shift();
    one?.kill('SIGKILL');
    if (one !== undefined && one.exitCode === null && one.signalCode === null) await once(one, 'exit');
  };
  try {
    await database.all(others);
    for (let n = 0; n < subscriptionCount; n += 1) {
      const to = { url: `http://127.0.0.1:${port}/${n}`, all: true };
      made.set(`/${n}`, await makeSubscription(database, to));
    }
    begin();
    begin();
    const wanted = await changeByMany(database, writers, rounds);
    const count = subscriptionCount * [...wanted.values()].flat().length;
    while (deliveries < count) {
      const next = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      if (deliveries >= (kills + 1) * deliveriesForAKill) {
        kills += 1;
        await kill();
        begin();
      } else await next;
    }
    for (const [path, seen] of first) {
      for (const [volume, sizes] of wanted) {
        const told = seen.filter((one) => one.partitionkey === volume).map(({ data }) => data.size);
        assert.deepEqual(told, sizes, `${path} ${volume}`);
      }
    }
    assert.ok(kills >= 5, `${kills} were killed`);
  } finally {
    while (running.length > 0) await kill();
    server.closeAllConnections();
    server.close();
    await database.close();
  }
});
