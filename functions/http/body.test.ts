import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from '@sinclair/typebox';
import { checkBody, readBody } from './body.ts';
import { Fault } from './faults.ts';
import { anything } from './leaves.ts';

const read = (body: string) => readBody(new Request('http://x/', { method: 'POST', body, headers: json }), 1000);
const json = { 'Content-Type': 'application/json' };
const isMalformed = (error: unknown) => error instanceof Fault && error.status === 400;

test('half a surrogate pair is malformed wherever it stands, a whole one is text', async () => {
  for (const body of ['{"a": "\\ud800"}', '{"a": {"b": ["\\uDFFF!"]}}', '{"\\ud83d": 1}']) {
    await assert.rejects(read(body), isMalformed, body);
  }
  assert.deepEqual(await read('{"a": "\\ud83d\\ude00"}'), { a: '😀' });
});

test('a value of any kind has no null character, however deep', () => {
  const schema = Type.Object({ hints: anything() });
  assert.throws(() => checkBody(schema, 0, { hints: { a: ['b\u0000'] } }), isMalformed);
  assert.deepEqual(checkBody(schema, 0, { hints: { a: ['b'] } }), { hints: { a: ['b'] } });
});
