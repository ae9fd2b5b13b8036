import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { sql } from '../../../infra/database/port.ts';
import { memoryWebhooks, type Received } from '../../../infra/webhooks/memory.ts';
import type { WebhookAnswer } from '../../../infra/webhooks/port.ts';
import { type Scoria, startScoria } from '../../../test/harness/scoria.ts';

let scoria: Scoria;
const received: Received[] = [];
let answer: WebhookAnswer = { status: 200, retryAfter: null, text: 'thanks' };
before(async () => {
  const webhooks = memoryWebhooks(async (one) => {
    received.push(one);
    return answer;
  });
  scoria = await startScoria({ webhooks });
});
after(() => scoria.close());

const path = '/scoria/v1/subscriptions';
const make = async (fields: object = {}, as = 'member') => {
  const body = { subscription: { url: 'https://receiver.example/hook', ...fields } };
  return scoria.ask('POST', path, { body, as });
};
const made = async (fields: object = {}, as = 'member') => {
  const told = await make(fields, as);
  assert.equal(told.status, 201, told.text);
  return told.body.subscription;
};
const remove = (id: string, as = 'member') => scoria.ask('DELETE', `${path}/${id}`, { as });
const ofUrl = (url: string) => received.filter((one) => one.url === url);

test('a subscription is told what happens from then on, as the events API tells it, and signed', async () => {
  await scoria.makeVolume({ name: 'before' });
  const url = 'https://receiver.example/told';
  const { id, secret, state } = await made({ url, types: ['volume.create.*'] });
  assert.equal(state, 'enabled');
  const volume = await scoria.makeVolume();
  const delivered = await scoria.until(
    `${path}/${id}/deliveries?status=delivered`,
    ({ body }) => body.deliveries.length === 2,
  );
  const { body } = await scoria.ask('GET', `/scoria/v1/events?resource=${volume.id}`);
  const wanted = body.events.filter(({ type }: { readonly type: string }) => type.startsWith('volume.create.'));
  const got = ofUrl(url).map((one) => new Webhook(secret).verify(one.body, { ...one.headers }));
  assert.deepEqual(got, wanted);
  assert.equal(ofUrl(url)[0]?.headers['content-type'], 'application/cloudevents+json');
  const [row] = delivered.body.deliveries;
  assert.deepEqual([row.attempts, row.answered_status, row.answer, row.error], [1, 200, 'thanks', null]);
  assert.equal((await remove(id)).status, 204);
});

test('a secret is shown where it is made and nowhere else; a new one signs together with the former', async () => {
  const url = 'https://receiver.example/rotated';
  const { id, secret } = await made({ url });
  for (const shown of [`${path}/${id}`, path]) {
    assert.ok(!(await scoria.ask('GET', shown)).text.includes('whsec_'), shown);
  }
  const rotated = await scoria.ask('POST', `${path}/${id}/rotate-secret`);
  assert.equal(rotated.status, 200, rotated.text);
  assert.notEqual(rotated.body.subscription.secret, secret);
  assert.equal((await scoria.ask('POST', `${path}/${id}/test`)).status, 202);
  await scoria.until(`${path}/${id}/deliveries?kind=test&status=delivered`, ({ body }) => body.deliveries.length === 1);
  const [one] = ofUrl(url);
  assert.ok(one);
  for (const each of [secret, rotated.body.subscription.secret]) {
    const event: { readonly type: string; readonly id: string } = Object(
      new Webhook(each).verify(one.body, { ...one.headers }),
    );
    assert.equal(event.type, 'scoria.subscription.test');
    assert.equal(event.id, one.headers['webhook-id']);
  }
  await remove(id);
});

test('events come again, one by its id or those of a range, and only those that were asked for', async () => {
  const url = 'https://receiver.example/again';
  const { id, cursor } = await made({ url, types: ['volume.create.end', 'volume.delete.end'] });
  const volume = await scoria.makeVolume();
  await scoria.makeVolume();
  const first = await scoria.until(
    `${path}/${id}/deliveries?status=delivered`,
    ({ body }) => body.deliveries.length === 2,
  );
  const again = (redeliver: object) => scoria.ask('POST', `${path}/${id}/redeliver`, { body: { redeliver } });
  const one = first.body.deliveries.find((each: { resource_id: string }) => each.resource_id === volume.id);
  assert.deepEqual((await again({ event: one.event_id })).body, { redeliver: { count: 1 } });
  await scoria.until(
    `${path}/${id}/deliveries?kind=redelivery&status=delivered`,
    ({ body }) => body.deliveries.length === 1,
  );
  assert.deepEqual((await again({ after: cursor })).body, { redeliver: { count: 2 } });
  await scoria.until(
    `${path}/${id}/deliveries?kind=redelivery&status=delivered`,
    ({ body }) => body.deliveries.length === 3,
  );
  assert.equal(ofUrl(url).length, 5);
  assert.equal(new Set(ofUrl(url).map(({ headers }) => headers['webhook-id'])).size, 2);
  assert.deepEqual((await again({ after: one.cursor, until: one.cursor })).body, { redeliver: { count: 0 } });
  for (const bad of [{}, { event: '1', after: '1-1' }, { until: '1-1' }, { event: 'x' }, { after: 'x' }]) {
    assert.equal((await again(bad)).status, 400, JSON.stringify(bad));
  }
  assert.equal((await again({ event: '999999999' })).status, 404);
  await remove(id);
});

test('a receiver that is gone disables its subscription; enabled again it goes on where it stopped', async () => {
  const url = 'https://receiver.example/gone';
  answer = { status: 410, retryAfter: null, text: '' };
  const { id } = await made({ url, types: ['volume.create.end'] });
  await scoria.makeVolume();
  const told = await scoria.until(`${path}/${id}`, ({ body }) => body.subscription.state === 'disabled');
  assert.match(told.body.subscription.reason, /410/);
  assert.equal((await scoria.ask('POST', `${path}/${id}/test`)).status, 409);
  answer = { status: 200, retryAfter: null, text: '' };
  const enabled = await scoria.ask('PUT', `${path}/${id}`, { body: { subscription: { enabled: true } } });
  assert.deepEqual([enabled.body.subscription.state, enabled.body.subscription.reason], ['enabled', null]);
  await scoria.until(`${path}/${id}/deliveries?status=delivered`, ({ body }) => body.deliveries.length === 1);
  await remove(id);
});

test('a URL that points inside, has a password or is none is refused with the reason, and so is one that is changed to', async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['http://receiver.example/', /must begin with https/],
    ['https://127.0.0.1/', /may not be sent to/],
    ['https://[::ffff:169.254.169.254]/', /may not be sent to/],
    ['https://user:pass@receiver.example/', /user or a password/],
    ['https://receiver.example:22/', /port must be/],
    ['javascript:alert(1)', /must begin with https/],
  ];
  const { id } = await made();
  for (const [url, words] of cases) {
    for (const told of [
      await make({ url }),
      await scoria.ask('PUT', `${path}/${id}`, { body: { subscription: { url } } }),
    ]) {
      assert.equal(told.status, 400, url);
      assert.match(told.body.badRequest.message, words, url);
    }
  }
  const before = await scoria.ask('GET', `${path}/${id}`);
  assert.equal(before.body.subscription.url, 'https://receiver.example/hook');
  await remove(id);
});

test('patterns, filters and cursors without sense are refused', async () => {
  for (const fields of [
    { types: [] },
    { types: ['Volume'] },
    { types: ['*a*a*a*a*a*b'] },
    { types: Array.from({ length: 21 }, () => '*') },
    { resource_type: 'user' },
    { resource_id: 'x' },
    { after: 'x' },
    { after: `${'9'.repeat(18)}-1` },
    { url: `https://receiver.example/${'x'.repeat(2048)}` },
    { secret: 'mine' },
  ]) {
    assert.equal((await make(fields)).status, 400, JSON.stringify(fields).slice(0, 80));
  }
});

test('one of all projects is for admins: members of its project neither see nor change it', async () => {
  assert.equal((await make({ all_projects: true })).status, 403);
  const { id } = await made({ all_projects: true }, 'admin');
  const asked = await scoria.ask('GET', `${path}/${id}`, { as: 'admin' });
  assert.equal(asked.body.subscription.all_projects, true);
  await scoria.database.all(
    sql('test.to-own', `UPDATE subscriptions s SET project_id = '${asked.body.subscription.project_id}'`),
  );
  for (const [method, more, body] of [
    ['GET', '', undefined],
    ['GET', '/deliveries', undefined],
    ['PUT', '', { subscription: { url: 'https://evil.example/' } }],
    ['POST', '/rotate-secret', undefined],
    ['POST', '/test', undefined],
    ['POST', '/redeliver', { redeliver: { after: '0-0' } }],
    ['DELETE', '', undefined],
  ] as const) {
    const told = await scoria.ask(method, `${path}/${id}${more}`, { ...(body && { body }) });
    assert.equal(told.status, 404, `${method} ${more}: ${told.text}`);
  }
  const mine = await scoria.ask('GET', path);
  assert.ok(mine.body.subscriptions.every((one: { id: string }) => one.id !== id));
  await remove(id, 'admin');
});

test('a project has a hundred subscriptions at most', async () => {
  const all = [];
  for (let n = 0; n < 100; n += 1) all.push((await made({ types: ['none'] }, 'otherMember')).id);
  const told = await make({}, 'otherMember');
  assert.equal(told.status, 400);
  assert.match(told.body.badRequest.message, /100 subscriptions at most/);
  for (const id of all) await remove(id, 'otherMember');
});
