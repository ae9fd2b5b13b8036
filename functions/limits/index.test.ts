import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { projects } from '../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
  const made = await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 5 } } });
  assert.equal(made.status, 202, made.text);
});
after(() => scoria.close());

const absolute = async (query: string, as: string, version = '3.39') =>
  (await scoria.ask('GET', `/v3/limits${query}`, { as, version })).body.limits.absolute;

test('limits are ten numbers and no rates, the same at every version, in one statement', async () => {
  for (const version of ['3.0', '3.71']) {
    scoria.database.take();
    const told = await scoria.ask('GET', '/v3/limits', { as: 'reader', version });
    assert.deepEqual(scoria.database.take(), ['quotas.limits']);
    assert.deepEqual(told.body, {
      limits: {
        rate: [],
        absolute: {
          maxTotalVolumes: 10,
          totalVolumesUsed: 1,
          maxTotalSnapshots: 10,
          totalSnapshotsUsed: 0,
          maxTotalVolumeGigabytes: 1000,
          totalGigabytesUsed: 5,
          maxTotalBackups: 10,
          totalBackupsUsed: 0,
          maxTotalBackupGigabytes: 1000,
          totalBackupGigabytesUsed: 0,
        },
      },
    });
  }
});

test('from 3.39 an admin may ask for another project; nobody else, and not before', async () => {
  for (const name of ['project_id', 'tenant_id']) {
    const query = `?${name}=${projects.own}`;
    assert.equal((await absolute(query, 'otherAdmin')).totalVolumesUsed, 1);
    assert.equal((await absolute(query, 'otherAdmin', '3.38')).totalVolumesUsed, 0);
    assert.equal((await absolute(query, 'otherMember')).totalVolumesUsed, 0);
  }
  assert.equal((await absolute('?project_id=%00', 'otherAdmin')).totalVolumesUsed, 0);
});

test('what is used is for readers; a token without a project has the defaults', async () => {
  assert.deepEqual(Object.keys(await absolute('', 'roleless')), [
    'maxTotalVolumes',
    'maxTotalSnapshots',
    'maxTotalVolumeGigabytes',
    'maxTotalBackups',
    'maxTotalBackupGigabytes',
  ]);
  assert.equal((await absolute('', 'systemAdmin')).maxTotalVolumes, 10);
});
