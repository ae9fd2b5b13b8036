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

function streamed(body: ReadableStream<Uint8Array>): Request {
  const half = { duplex: 'half' }; // Node wants it said; its types do not know it
  return new Request('http://x/', { method: 'POST', body, headers: json, ...half });
}

test('a body without a length is read no further than it may be long', async () => {
  let sent = 0;
  let isEnded = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 100;
      controller.enqueue(new Uint8Array(100).fill(0x20));
    },
    cancel() {
      isEnded = true;
    },
  });
  const request = streamed(body);
  await assert.rejects(readBody(request, 1000), (error) => error instanceof Fault && error.status === 413);
  assert.ok(sent <= 1200, `${sent}`);
  assert.equal(isEnded, true);
});

test('a body that comes in pieces is one', async () => {
  const pieces = ['{"a": "', '\u00e4', '"}'].map((text) => new TextEncoder().encode(text));
  const cut = [...pieces.slice(0, 1), ...[...(pieces[1] ?? [])].map((byte) => Uint8Array.of(byte)), ...pieces.slice(2)];
  const left = [...cut];
  const request = streamed(
    new ReadableStream<Uint8Array>({
      pull(controller) {
        const next = left.shift();
        if (next === undefined) controller.close();
        else controller.enqueue(next);
      },
    }),
  );
  assert.deepEqual(await readBody(request, 1000), { a: 'ä' });
});
