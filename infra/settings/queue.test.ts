import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readQueueSettings } from './queue.ts';

const database = 'postgres://x';
const sqs = { SCORIA_QUEUE: 'sqs' };

test('the database carries work unless SQS is set, which has a default for all the rest', () => {
  assert.equal(readQueueSettings({}, database), null);
  assert.equal(readQueueSettings({ SCORIA_QUEUE: 'database', SCORIA_QUEUE_PREFIX: '%' }, null), null);
  const place = { prefix: 'scoria-', region: null, endpoint: null, creates: true };
  assert.deepEqual(readQueueSettings(sqs, database), place);
  const given = {
    ...sqs,
    SCORIA_QUEUE_PREFIX: 'prod-',
    SCORIA_QUEUE_REGION: 'eu-west-1',
    SCORIA_QUEUE_ENDPOINT: 'http://127.0.0.1:4566',
    SCORIA_QUEUE_CREATE: 'no',
  };
  const other = { prefix: 'prod-', region: 'eu-west-1', endpoint: 'http://127.0.0.1:4566', creates: false };
  assert.deepEqual(readQueueSettings(given, database), other);
});

test('the region is the one that is named; else of AWS the one of the process, and of another server its only one', () => {
  const of = (env: object) => readQueueSettings({ ...sqs, ...env }, database)?.region;
  const [AWS_REGION, SCORIA_QUEUE_ENDPOINT] = ['eu-central-1', 'http://127.0.0.1:4566'];
  assert.equal(of({ AWS_REGION }), 'eu-central-1');
  assert.equal(of({ SCORIA_QUEUE_ENDPOINT }), 'us-east-1');
  assert.equal(of({ AWS_REGION, SCORIA_QUEUE_ENDPOINT }), 'us-east-1');
  assert.equal(of({ AWS_REGION, SCORIA_QUEUE_ENDPOINT, SCORIA_QUEUE_REGION: 'eu-west-1' }), 'eu-west-1');
});

test('what is wrong is said with the name of the variable', () => {
  const wrong: [Record<string, string>, RegExp][] = [
    [{ SCORIA_QUEUE: 'rabbit' }, /SCORIA_QUEUE must be database or sqs/],
    [{ ...sqs, SCORIA_QUEUE_PREFIX: 'a b' }, /SCORIA_QUEUE_PREFIX must be/],
    [{ ...sqs, SCORIA_QUEUE_PREFIX: 'x'.repeat(25) }, /SCORIA_QUEUE_PREFIX must be at most 24/],
    [{ ...sqs, SCORIA_QUEUE_PREFIX: 'a__b' }, /SCORIA_QUEUE_PREFIX must be/],
    [{ ...sqs, SCORIA_QUEUE_ENDPOINT: 'http://queue.example.org' }, /SCORIA_QUEUE_ENDPOINT must begin with https/],
    [{ ...sqs, SCORIA_QUEUE_CREATE: 'maybe' }, /SCORIA_QUEUE_CREATE must be yes or no/],
  ];
  for (const [env, says] of wrong) assert.throws(() => readQueueSettings(env, database), says);
  assert.throws(() => readQueueSettings(sqs, null), /SCORIA_QUEUE is sqs, which needs DATABASE_URL/);
});
