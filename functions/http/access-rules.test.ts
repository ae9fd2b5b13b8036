import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fits } from './access-rules.ts';

test('a pattern fits whole paths: by signs, by segments, and by anything', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['/v3/volumes', ['/v3/volumes'], ['/v3/volumes/', '/v3/volume', '/v3/volumes/a', '/x/v3/volumes']],
    ['/v3/*/volumes', ['/v3/p/volumes'], ['/v3//volumes', '/v3/p/q/volumes', '/v3/volumes']],
    ['/v3/{project_id}/volumes', ['/v3/p/volumes'], ['/v3/p/q/volumes', '/v3/{project_id}/backups']],
    ['/v3/**', ['/v3/', '/v3/a', '/v3/a/b/c'], ['/v3', '/v2/a']],
    ['/**/volumes', ['//volumes', '/v3/p/volumes'], ['/volumes/x', '/v3/volumes/']],
    ['/v3/*/volumes/**', ['/v3/p/volumes/1/action', '/v3/p/volumes/'], ['/v3/p/volumes', '/v3/p/backups/1']],
    ['/v3/v*s', ['/v3/volumes', '/v3/vs s'.replace('s s', 'es')], ['/v3/v/s', '/v3/vs']],
    ['/v3.', ['/v3.'], ['/v3x', '/v3.x']],
    ['/a{', ['/a{'], ['/a', '/ab']],
    ['', [''], ['/']],
  ];
  for (const [pattern, right, wrong] of cases) {
    for (const path of right) assert.ok(fits(pattern, path), `${pattern} ${path}`);
    for (const path of wrong) assert.ok(!fits(pattern, path), `${pattern} ${path}`);
  }
});

test('a pattern says the same as the regular expression that it stands for', () => {
  const piece = fc.constantFrom('/', 'a', 'b', '*', '**', '{x}');
  const pattern = fc.array(piece, { maxLength: 6 }).map((all) => all.join(''));
  const path = fc.string({ unit: fc.constantFrom('/', 'a', 'b'), maxLength: 8 });
  const expression = (text: string) =>
    new RegExp(`^${text.replace(/\*\*|\*|\{x\}/g, (one) => (one === '**' ? '.*' : '[^/]+'))}$`);
  fc.assert(
    fc.property(pattern, path, (text, one) => fits(text, one) === expression(text).test(one)),
    { numRuns: 2000, seed: 20261126 },
  );
});

test('no pattern makes a comparison slow', () => {
  const began = performance.now();
  assert.ok(!fits('**a'.repeat(80), `${'a'.repeat(2000)}b`));
  assert.ok(!fits('*'.repeat(255), '/'.repeat(2048)));
  assert.ok(performance.now() - began < 1000);
  assert.ok(!fits('**', 'a'.repeat(2049)));
});
