// Its own file: it needs a database that no backup service has ever reported to.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startScoria } from '../../test/harness/scoria.ts';

test('without a backup service that is up a backup is refused with 503, and nothing has changed', async () => {
  const quiet = await startScoria({ workers: false });
  const volume = '77777777-7777-4777-8777-777777777777';
  await quiet.database.all({
    name: 'test.volume',
    text: `INSERT INTO volumes (id, project_id, user_id, size_gib, status, host, created_at)
      SELECT '${volume}', 'a0000000000000000000000000000001', 'u', 1, 'available', 'h@b#p', now() RETURNING 1`,
  });
  const told = await quiet.ask('POST', '/v3/backups', { body: { backup: { volume_id: volume } } });
  assert.equal(told.status, 503);
  assert.equal(told.body.serviceUnavailable.message, 'Service cinder-backup could not be found.');
  assert.equal((await quiet.ask('GET', `/v3/volumes/${volume}`)).body.volume.status, 'available');
  await quiet.close();
});
