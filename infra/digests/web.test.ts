import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { webDigests } from './web.ts';

test('digests are those of any other implementation', async () => {
  const digests = webDigests();
  for (const text of ['', 'abc', 'ü'.repeat(100_000)]) {
    const bytes = new TextEncoder().encode(text);
    assert.equal(await digests.sha256(bytes), createHash('sha256').update(bytes).digest('hex'));
    assert.equal(
      await digests.hmacSha256(`key ${text}`, text),
      createHmac('sha256', `key ${text}`).update(text).digest('hex'),
    );
  }
});
