import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAnswer, readObject } from './port.ts';

/** An answer that goes on for ever, and how much of it was sent. */
function endless() {
  const sent = { bytes: 0, isCancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent.bytes += 1000;
      controller.enqueue(new Uint8Array(1000));
    },
    cancel() {
      sent.isCancelled = true;
    },
  });
  return { sent, response: new Response(body) };
}

test('an answer is read to the limit and no further, whether it says its length or not', async () => {
  assert.deepEqual(await readAnswer(new Response('four'), 4), new TextEncoder().encode('four'));
  await assert.rejects(readAnswer(new Response('fives'), 4), /too large/);
  const told = new Response('x', { headers: { 'Content-Length': '5' } });
  await assert.rejects(readAnswer(told, 4), /too large/);
  const { sent, response } = endless();
  await assert.rejects(readAnswer(response, 10_000), /too large/);
  assert.ok(sent.bytes <= 13_000, String(sent.bytes));
  assert.equal(sent.isCancelled, true);
});

test('what is no object in JSON has no attributes, and nor has what is too large', async () => {
  assert.deepEqual(await readObject(Response.json({ a: 1 }), 100), { a: 1 });
  for (const text of ['', 'null', '1', '"x"', '{"a":', `{"a":"${'x'.repeat(100)}"}`]) {
    assert.deepEqual(await readObject(new Response(text), 100), {}, text);
  }
  assert.deepEqual(await readObject(endless().response, 100), {});
});
