import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

test('a volume is created, becomes available on a back end, and is gone after its deletion', async () => {
  const made = await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 2, name: 'one' } } });
  assert.equal(made.status, 202, made.text);
  assert.equal(made.body.volume.status, 'creating');
  const path = `/v3/volumes/${made.body.volume.id}`;
  const shown = await scoria.until(path, ({ body }) => body.volume?.status !== 'creating', { as: 'admin' });
  assert.equal(shown.body.volume.status, 'available');
  assert.match(shown.body.volume['os-vol-host-attr:host'], /^test@(one|two)#pool$/);
  const gone = await scoria.ask('DELETE', path);
  assert.equal(gone.status, 202);
  await scoria.until(path, ({ status }) => status === 404);
});
