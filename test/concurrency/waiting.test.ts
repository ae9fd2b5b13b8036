// What waits costs nothing and holds nobody up: for a busy resource, for long work, for a service in a restart.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timestamp } from '../../infra/clock/port.ts';
import { virtualClock } from '../../infra/clock/virtual.ts';
import { webDigests } from '../../infra/digests/web.ts';
import { systemIds } from '../../infra/ids/system.ts';
import { silentLog } from '../../infra/log/lines.ts';
import { finish } from '../../workers/finish.ts';
import { heartbeat } from '../../workers/store/heartbeat.ts';
import { claimWork } from '../../workers/work/statements.ts';
import { done } from '../../workers/work/work.ts';
import { projects } from '../harness/people.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';
import { testSecrets } from '../harness/secrets.ts';

const sent = (scoria: Scoria) => [...scoria.queue.sent.values()].reduce((sum, one) => sum + one, 0);
const turn = () => new Promise((resolve) => setImmediate(resolve));
const run = <Row>(scoria: Scoria, text: string) => scoria.database.all<Row>({ name: 'test', text });

const operationsOf = (scoria: Scoria, id: string) =>
  run<{ id: string; status: string; kind: string; explanation: string | null; cause: string | null }>(
    scoria,
    `SELECT id::text AS id, status, kind, explanation::text AS explanation, cause FROM operations
    WHERE resource_id = '${id}' ORDER BY created_at DESC`,
  );

test('operations that wait for one resource cost at most two messages each, however long they wait', async () => {
  const clock = virtualClock();
  const scoria = await startScoria({ clock, queue: 'memory' });
  const ports = { ...scoria, clock, log: silentLog, secrets: testSecrets, ids: systemIds(), digests: webDigests() };
  try {
    const { id } = await scoria.makeVolume();
    const count = 10;
    const before = sent(scoria);
    const now = timestamp(clock);
    const queued = await run<{ id: string }>(
      scoria,
      `INSERT INTO operations (id, kind, resource_type, resource_id, project_id, user_id, queue, step, lease_until,
        deadline, arguments, created_at, updated_at)
      SELECT gen_random_uuid(), 'volume.disconnect', 'volume', '${id}', '${projects.own}', 'u', 'volume:test@one',
        'disconnect', '${now}', '${now}'::timestamptz + interval '1 hour', '{"connector": {"host": "h"}}', '${now}', '${now}'
      FROM generate_series(1, ${count}) RETURNING id::text AS id`,
    );
    const [first, ...others] = queued.map((one) => one.id);
    const found = await claimWork(scoria.database, { operation: first ?? '', attempt: 0 }, now);
    assert.ok(found !== null && found !== 'busy');
    const { claimed } = found;
    const messages = others.map((operation) => ({ operation, attempt: 0, project: projects.own }));
    await scoria.queue.send('volume:test@one', messages);
    // Ten minutes, in which the sweeper comes by sixty times.
    for (let second = 0; second < 600; second += 10) {
      await clock.advance(10_000);
      assert.equal(await heartbeat(scoria.database, claimed.id, claimed.attempt, timestamp(clock)), 'mine');
      for (let n = 0; n < 20; n += 1) await turn();
    }
    assert.equal(sent(scoria) - before, count - 1, 'nobody sends anything while they wait');
    await finish(ports, claimed, done());
    for (let isOver = false; !isOver; isOver = (await operationsOf(scoria, id)).every((one) => one.status === 'done')) {
      await turn();
    }
    const cost = sent(scoria) - before;
    assert.ok(cost <= 2 * count + 2, `${count} operations cost ${cost} messages`);
  } finally {
    await scoria.close();
  }
});

test('sixteen volumes from an image that trickles hold up nobody: another project attaches, creates and deletes', async () => {
  const scoria = await startScoria({ backendCount: 1 });
  const trickles = Promise.withResolvers<void>();
  try {
    await scoria.ask('PUT', '/v3/os-quota-class-sets/default', {
      as: 'admin',
      body: { quota_class_set: { volumes: 100 } },
    });
    const mine = await scoria.makeVolume({}, { as: 'otherMember' });
    scoria.glance.knobs.hold = trickles.promise;
    const image = scoria.glance.keep(new Uint8Array(1024));
    const made = await Promise.all(
      Array.from({ length: 16 }, () =>
        scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1, imageRef: image } } }),
      ),
    );
    for (const told of made) assert.equal(told.status, 202, told.text);
    await scoria.until('/v3/volumes/detail', ({ body }) =>
      body.volumes.some((one: { status: string }) => one.status === 'downloading'),
    );
    const since = performance.now();
    const attachment = { volume_uuid: mine.id, connector: { host: 'compute-1' }, instance_uuid: mine.id };
    const attached = await scoria.ask('POST', '/v3/attachments', {
      as: 'otherMember',
      version: '3.71',
      body: { attachment },
    });
    assert.equal(attached.status, 200, attached.text);
    const other = await scoria.makeVolume({}, { as: 'otherMember' });
    assert.equal(other.status, 'available');
    await scoria.ask('DELETE', `/v3/volumes/${other.id}`, { as: 'otherMember' });
    await scoria.until(`/v3/volumes/${other.id}`, ({ status }) => status === 404, { as: 'otherMember' });
    assert.ok(performance.now() - since < 5_000, 'it waited for the copies');
    trickles.resolve();
    await scoria.until('/v3/volumes/detail', ({ body }) =>
      body.volumes.every((one: { status: string }) => one.status === 'available'),
    );
  } finally {
    trickles.resolve();
    await scoria.close();
  }
});

/** From now on no volume service is heard of, whatever it reports. */
async function silence(scoria: Scoria): Promise<void> {
  await run(
    scoria,
    `CREATE OR REPLACE FUNCTION unheard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN
      IF NEW."binary" = ''cinder-volume'' THEN NEW.updated_at = ''2000-01-01''; END IF; RETURN NEW; END'`,
  );
  await run(scoria, 'CREATE TRIGGER unheard BEFORE UPDATE ON services FOR EACH ROW EXECUTE FUNCTION unheard()');
  await run(scoria, 'UPDATE services SET updated_at = updated_at');
}

/** What the newest operation of a resource waits for, once it says so. */
async function waitsFor(scoria: Scoria, id: string): Promise<string> {
  for (;;) {
    // Under a clock that stands still, all are of one moment.
    const operations = await operationsOf(scoria, id);
    const waits = operations.map(({ explanation }) => JSON.parse(explanation ?? '{}').waits);
    const found = waits.find((one) => one !== undefined);
    if (found !== undefined) return found;
    const failed = operations.find(({ status }) => status === 'failed');
    assert.equal(failed, undefined, `it has failed: ${failed?.cause}`);
    await turn();
  }
}

const beginRetype = (scoria: Scoria, id: string, type: string) =>
  scoria.ask('POST', `/v3/volumes/${id}/action`, {
    as: 'admin',
    body: { 'os-retype': { new_type: type, migration_policy: 'never' } },
  });

test('creates and retypes while every service is down wait, say for what, and come through when one is back', async () => {
  const clock = virtualClock();
  const scoria = await startScoria({ clock, queue: 'memory' });
  try {
    await scoria.ask('POST', '/v3/types', { as: 'admin', body: { volume_type: { name: 'other' } } });
    const before = await scoria.makeVolume();
    await clock.advance(1_000);
    await silence(scoria);
    const made = await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
    assert.equal(made.status, 202, made.text);
    const retyped = await beginRetype(scoria, before.id, 'other');
    assert.equal(retyped.status, 202, retyped.text);
    const { id } = made.body.volume;
    const says = /^It waits for the service of test@(one|two)#pool, which has not reported\.$/;
    assert.match(await waitsFor(scoria, id), says);
    assert.match(await waitsFor(scoria, before.id), says);
    assert.equal((await scoria.ask('GET', `/v3/volumes/${id}`)).body.volume.status, 'creating');
    // A minute is more than a step is tried.
    for (let second = 0; second < 60; second += 1) {
      await clock.advance(1_000);
      for (let n = 0; n < 20; n += 1) await turn();
    }
    assert.equal((await scoria.ask('GET', `/v3/volumes/${id}`)).body.volume.status, 'creating');
    await run(scoria, 'DROP TRIGGER unheard ON services');
    for (const one of [id, before.id]) {
      const told = await scoria.until(`/v3/volumes/${one}`, async ({ body }) => {
        await clock.advance(1_000);
        return !['creating', 'retyping'].includes(body.volume.status);
      });
      assert.equal(told.body.volume.status, 'available');
    }
  } finally {
    await scoria.close();
  }
});

test('a create that waits for a service until its deadline is an error, and its message says why', async () => {
  const clock = virtualClock();
  const scoria = await startScoria({ clock, queue: 'memory' });
  try {
    await scoria.makeVolume();
    await silence(scoria);
    const made = await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
    const told = await scoria.until(`/v3/volumes/${made.body.volume.id}`, async ({ body }) => {
      await clock.advance(60_000);
      return body.volume.status !== 'creating';
    });
    assert.equal(told.body.volume.status, 'error');
    const [message] = (await scoria.ask('GET', '/v3/messages', { version: '3.71' })).body.messages;
    assert.equal(message.resource_uuid, made.body.volume.id);
    assert.match(message.user_message, /any available weighted backend|did not end within its deadline/);
  } finally {
    await scoria.close();
  }
});

test('a create that no service would take, up or not, is an error at once', async () => {
  const scoria = await startScoria();
  try {
    const body = { volume_type: { name: 'gold', extra_specs: { tier: 'gold' } } };
    await scoria.ask('POST', '/v3/types', { as: 'admin', body });
    await silence(scoria);
    assert.equal((await scoria.makeVolume({ volume_type: 'gold' })).status, 'error');
  } finally {
    await scoria.close();
  }
});

test('a create before any back end has reported waits for one, and comes through when it has', async () => {
  const clock = virtualClock();
  const scoria = await startScoria({ clock, queue: 'memory' });
  try {
    await run(scoria, 'DELETE FROM pools');
    const made = await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
    const { id } = made.body.volume;
    assert.match(await waitsFor(scoria, id), /It waits for test@one to report its pools for the first time/);
    const told = await scoria.until(`/v3/volumes/${id}`, async ({ body }) => {
      await clock.advance(5_000);
      return body.volume.status !== 'creating';
    });
    assert.equal(told.body.volume.status, 'available');
  } finally {
    await scoria.close();
  }
});
