import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { md5 } from './md5.ts';

/** RFC 1321, appendix A.5. */
const vectors: readonly (readonly [string, string])[] = [
  ['', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['a', '0cc175b9c0f1b6a831c399e269772661'],
  ['abc', '900150983cd24fb0d6963f7d28e17f72'],
  ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
  ['abcdefghijklmnopqrstuvwxyz', 'c3fcd3d76192e4007dfb496cca67e13b'],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', 'd174ab98d277d9f5a5611c2c9f419d9f'],
  ['1234567890'.repeat(8), '57edf4a22be3c955ac49da2e2107b67a'],
];

test('the vectors of RFC 1321 hold', () => {
  for (const [text, digest] of vectors) assert.equal(md5(text), digest);
});

test('any text has the digest that OpenSSL gives it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      assert.equal(md5(text), createHash('md5').update(text).digest('hex'));
    }),
  );
});

test('lengths around a block of 64 bytes are padded right', () => {
  for (let length = 50; length < 140; length += 1) {
    const text = 'x'.repeat(length);
    assert.equal(md5(text), createHash('md5').update(text).digest('hex'));
  }
});
