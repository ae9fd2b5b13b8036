import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Type from '@sinclair/typebox';
import { checkBody, readBody, receiveBody } from './body.ts';
import { Fault } from './faults.ts';
import { anything } from './schemas.ts';

const receive = async (request: Request) => readBody(request.headers, await receiveBody(request, 1000));
const read = (body: string) => receive(new Request('http://x/', { method: 'POST', body, headers: json }));
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
  const half = { duplex: 'half' }; // Node requires it; its types do not know it
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
  await assert.rejects(receive(request), (error) => error instanceof Fault && error.status === 413);
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
  assert.deepEqual(await receive(request), { a: 'ä' });
});

test('a body that its client breaks off is a bad request, and no defect of ours', async () => {
  const request = streamed(
    new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));
      },
    }),
  );
  await assert.rejects(receive(request), isMalformed);
});
