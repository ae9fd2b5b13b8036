import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../log/lines.ts';
import { withRegion } from './region.ts';

const here = async () => new Response('here');
const nowhere = 'http://127.0.0.1:1';
const textOf = async (url: string | null, path: string) =>
  (await withRegion(url, silentLog, here)(new Request(`https://edge.example.com${path}`))).text();

test('our own API and the description are of the region, and only where there is one', async () => {
  for (const path of ['/', '/v3/volumes', '/scoriav1', '/v3/scoria', '/openapi.jsonx'])
    assert.equal(await textOf(nowhere, path), 'here', path);
  for (const path of ['/scoria', '/scoria/v1/events?after=1', '/openapi.json'])
    assert.match(await textOf(nowhere, path), /cannot be reached/, path);
  assert.equal(await textOf(null, '/scoria/v1/events'), 'here');
});

test('a region that cannot be reached is a 503', async () => {
  const asked = new Request('https://edge.example.com/scoria/v1/subscriptions', { method: 'POST', body: '{}' });
  const told = await withRegion(nowhere, silentLog, here)(asked);
  assert.deepEqual(
    [told.status, told.headers.get('Retry-After'), await told.json()],
    [503, '5', { serviceUnavailable: { code: 503, message: 'The region cannot be reached.' } }],
  );
});
