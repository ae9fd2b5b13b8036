// The description of the API is valid OpenAPI 3.1 at every microversion, by the official schema.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { compiled } from './answers.ts';
import { documentAt, minors } from './documents.ts';

test(`the documents of all ${minors.length} microversions are valid by the official schema of OpenAPI 3.1`, async () => {
  const validator = new Validator();
  const seen = new Set<string>();
  for (const minor of minors) {
    const document = documentAt(minor);
    // What is the same in the one before has been looked at there: 72 whole documents would take 6 s.
    const news = Object.entries(document.paths).filter(([path, item]) => {
      const text = JSON.stringify([path, item]);
      return seen.size < seen.add(text).size;
    });
    const { valid, errors } = await validator.validate({ ...document, paths: Object.fromEntries(news) });
    assert.equal(valid, true, `3.${minor}: ${JSON.stringify(errors)?.slice(0, 1000)}`);
  }
});

/** Every schema of an answer in a document. */
function* answerSchemas(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'requestBody' || key === 'parameters') continue;
    if (key === 'schema') yield inner;
    else yield* answerSchemas(inner);
  }
}

test('every schema of an answer is valid JSON Schema, in words that the validator knows', () => {
  let seen = 0;
  for (const minor of minors) {
    for (const schema of answerSchemas(documentAt(minor))) {
      compiled(schema);
      seen += 1;
    }
  }
  assert.ok(seen > 10_000, `${seen} schemas`);
});
