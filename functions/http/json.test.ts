import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonOf } from './json.ts';

test('the text of a value is that of JSON.stringify()', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.jsonValue()), (value) => {
      assert.equal(jsonOf(value), JSON.stringify(value));
    }),
  );
  for (let code = 0; code <= 0xffff; code += 1) {
    const text = String.fromCharCode(code);
    assert.equal(jsonOf(text), JSON.stringify(text));
  }
});
