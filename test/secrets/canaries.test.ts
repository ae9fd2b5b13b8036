// That a leak is found: each way in which a secret could come out is taken once, and the harness must notice.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { after, afterEach, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { IdentityUnavailable } from '../../infra/identity/port.ts';
import { canary, canaryIds, canarySealingKey, chap, holdsCanary } from '../harness/canaries.ts';
import { type HarnessOptions, type Scoria, startScoria } from '../harness/scoria.ts';
import { seedWorld } from '../harness/world.ts';

const uuid = `'10000000-0000-4000-8000-000000000001'::uuid`;
const secret = canary('planted');
const at = `'2026-11-23T10:00:00Z'::timestamptz`;

const leaks: Readonly<Record<string, (scoria: Scoria) => Promise<unknown>>> = {
  'into an event': ({ database }) =>
    database.all(
      sql(
        'leak',
        `INSERT INTO events (type, resource_type, resource_id, project_id, data, at)
        VALUES ('x', 'volume', ${uuid}, 'p', :data::jsonb, ${at})`,
      ),
      { data: JSON.stringify(chap) },
    ),
  'into the cause of an operation': ({ database }) =>
    database.all(
      sql(
        'leak',
        `INSERT INTO operations (id, kind, resource_type, resource_id, project_id, user_id, queue, step, lease_until,
          deadline, cause, created_at, updated_at)
        VALUES (${uuid}, 'volume.create', 'volume', ${uuid}, 'p', 'u', 'q', 's', ${at}, ${at}, :cause::text, ${at}, ${at})`,
      ),
      { cause: `could not log in with ${Buffer.from(secret).toString('base64')}` },
    ),
  'into a user message': ({ database }) =>
    database.all(
      sql(
        'leak',
        `INSERT INTO messages (id, project_id, request_id, resource_type, resource_uuid, action_id, detail_id, event_id,
          created_at, expires_at)
        VALUES (${uuid}, 'p', :request::text, 'VOLUME', ${uuid}, '001', '003', 'X', ${at}, ${at})`,
      ),
      { request: secret },
    ),
  'into a fault': (scoria) => scoria.ask('POST', '/v3/volumes', { body: { volume: { size: secret } } }),
  'into the log': (scoria) => scoria.ask('GET', '/v3/volumes', { as: secret }),
};

/** An identity that says the token in what it cannot do, which the log then shows. */
const talkative: HarnessOptions['identity'] = {
  authenticate: async (token) => {
    throw new IdentityUnavailable(`could not ask about ${token}`);
  },
};

/** What the harness searches at its end is emptied again, so that one database serves all. */
const empty = sql('leaks.empty', 'WITH e AS (DELETE FROM events), o AS (DELETE FROM operations) DELETE FROM messages');

let base: Scoria;
before(async () => {
  base = await startScoria({ workers: false });
});
afterEach(() => base.database.all(empty));
after(() => base.close());

const opened = (more: HarnessOptions = {}) => startScoria({ workers: false, shares: base, ...more });

for (const [way, leak] of Object.entries(leaks)) {
  test(`a secret that comes ${way} fails the tests`, async () => {
    const scoria = await opened(way === 'into the log' ? { identity: talkative } : {});
    await leak(scoria);
    await assert.rejects(scoria.close(), /secrets where none belong/);
  });
}

test('a secret in a row that the next test empties is found before', async () => {
  await leaks['into an event']?.(base);
  await assert.rejects(seedWorld(base.database), /secrets where none belong/);
});

test('where nothing leaks nothing is found', async () => {
  const scoria = await opened();
  assert.equal((await scoria.ask('GET', '/v3/volumes', { as: 'forged' })).status, 401);
  assert.equal((await scoria.ask('GET', '/v3/volumes')).status, 200);
  await scoria.close();
});

test('a secret is known again in base64 wherever it begins, in hexadecimal, and in a URL', () => {
  const generated = canaryIds().secret(16);
  const bytes = Buffer.from(generated, 'base64');
  const shapes = [
    ...['', 'a', 'ab', 'abc', '{"password": "'].map((before) => Buffer.from(`${before}${secret}`).toString('base64')),
    Buffer.from(`x:${secret}`).toString('base64url'),
    Buffer.from(secret).toString('hex'),
    bytes.toString('hex'),
    bytes.toString('base64'),
    `postgres://scoria:${encodeURIComponent(secret)}@host/name`,
    JSON.stringify({ [secret]: 1 }),
    canarySealingKey(),
    'eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.e30.x',
  ];
  assert.deepEqual(
    shapes.filter((one) => !holdsCanary(one)),
    [],
  );
  assert.equal(holdsCanary('volume 10000000-0000-4000-8000-000000000001 is available'), false);
});
