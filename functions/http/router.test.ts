import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TrieRouter } from 'hono/router/trie-router';
import { pathRouter } from './router.ts';

const routes: readonly (readonly [string, string])[] = [
  ['ALL', '/*'],
  ['GET', '/'],
  ['GET', '/v3/volumes'],
  ['GET', '/v3/:project_id{[0-9a-f-]+}/volumes'],
  ['GET', '/v3/volumes/detail'],
  ['GET', '/v3/:project_id{[0-9a-f-]+}/volumes/detail'],
  ['POST', '/v3/volumes/:id'],
  ['GET', '/v3/volumes/:id'],
  ['GET', '/v3/:project_id{[0-9a-f-]+}/volumes/:id'],
  ['GET', '/v3/volumes/:id/:key'],
  ['GET', '/v3/:project_id{[0-9a-f-]+}/volumes/:id/:key'],
  ['GET', '/v3/:kind/abc/:key'],
  ['GET', '/identity/v3/users/:user/projects'],
  ['ALL', '/identity/*'],
];

function both() {
  const [ours, theirs] = [pathRouter<string>(), new TrieRouter<string>()];
  for (const [method, path] of routes) {
    ours.add(method, path, `${method} ${path}`);
    theirs.add(method, path, `${method} ${path}`);
  }
  return { ours, theirs };
}

/** The handlers that answer: middleware, then the first route. */
function firstOf(found: readonly (readonly [string, unknown])[]): unknown[] {
  const routed = found.findIndex(([name]) => !name.endsWith('/*'));
  const until = routed === -1 ? found.length : routed + 1;
  return found.slice(0, until).map(([name, params]) => [name, { ...(params as object) }]);
}

test('what answers a path is what Hono finds first for it', () => {
  const { ours, theirs } = both();
  const part = fc.constantFrom(
    'v3',
    'volumes',
    'detail',
    'abc',
    'a-1',
    'x',
    '',
    'identity',
    'users',
    'projects',
    ':id',
  );
  const path = fc.array(part, { maxLength: 6 }).map((parts) => `/${parts.join('/')}`);
  fc.assert(
    fc.property(fc.constantFrom('GET', 'POST', 'PUT'), path, (method, one) => {
      const [mine] = ours.match(method, one);
      const [expected] = theirs.match(method, one) as unknown as [[string, unknown][]];
      assert.deepEqual(firstOf(mine as [string, unknown][]), firstOf(expected), `${method} ${one}`);
    }),
    { numRuns: 3000 },
  );
});

test('names are found with what stands in their place, fixed words before names', () => {
  const { ours } = both();
  const found = (path: string) => ours.match('GET', path)[0].at(-1);
  assert.deepEqual(found('/v3/ab-1/volumes/x'), [
    'GET /v3/:project_id{[0-9a-f-]+}/volumes/:id',
    { project_id: 'ab-1', id: 'x' },
  ]);
  assert.deepEqual(found('/v3/volumes/detail'), ['GET /v3/volumes/detail', {}]);
  assert.deepEqual(found('/v3/volumes/'), ['ALL /*', {}]);
});
