import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

test('a volume is the same in a list with details as alone, at the oldest and the newest microversion', async () => {
  const odd = 'a"b\\c\n\u0001\ud7ff\u{1f600}';
  const body = { volume: { size: 1, name: odd, description: odd, metadata: { key: odd, plain: '' } } };
  const made = await scoria.ask('POST', '/v3/volumes', { body });
  assert.equal(made.status, 202, made.text);
  const { id } = made.body.volume;
  await scoria.until(`/v3/volumes/${id}`, ({ body }) => body.volume?.status === 'available');
  await scoria.makeVolume();
  for (const version of ['3.0', '3.71']) {
    for (const as of ['member', 'admin'] as const) {
      const alone = await scoria.ask('GET', `/v3/volumes/${id}`, { version, as });
      assert.equal(alone.body.volume.name, odd);
      const listed = await scoria.ask('GET', '/v3/volumes/detail', { version, as });
      const one = listed.body.volumes.find((volume: { id: string }) => volume.id === id);
      assert.deepEqual(one, alone.body.volume);
      assert.deepEqual(Object.keys(one), Object.keys(alone.body.volume));
    }
  }
});
