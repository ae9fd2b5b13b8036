import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { projects } from '../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
let type: string;
beforeEach(async () => {
  scoria = await startScoria();
  type = (await admin('POST', '/types', { volume_type: { name: 'T2' } })).body.volume_type.id;
});
afterEach(() => scoria.close());

const admin = (method: string, path: string, body: object) => scoria.ask(method, `/v3${path}`, { as: 'admin', body });
const ask = (path: string, body: object) => scoria.ask('POST', `/v3${path}`, { version: '3.71', body });

/** What a request is told, with one limit set. */
async function told(limit: Record<string, number>, path: string, body: object): Promise<string> {
  const set = await admin('PUT', `/os-quota-sets/${projects.own}`, { quota_set: limit });
  assert.equal(set.status, 200, set.text);
  const answer = await ask(path, body);
  assert.equal(answer.status, 413, answer.text);
  return answer.body.overLimit.message;
}

const volume = (fields: object = {}) => ({ volume: { size: 2, volume_type: 'T2', ...fields } });
const gigabytes = (name: string, requested: number, quota: number, consumed: number) =>
  `VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed ${name} quota. Requested ${requested}G, quota is ${quota}G and ${consumed}G has been consumed.`;

test('a limit of a volume type that refuses is named with the type and its own numbers', async () => {
  const { id } = await scoria.makeVolume({ size: 2, volume_type: 'T2' });
  const other = await scoria.makeVolume({ size: 3 });
  assert.equal(
    await told({ volumes_T2: 1 }, '/volumes', volume()),
    "VolumeLimitExceeded: Maximum number of volumes allowed (1) exceeded for quota 'volumes_T2'.",
  );
  assert.equal(
    await told({ volumes_T2: 1 }, `/volumes/${other.id}/action`, { 'os-retype': { new_type: type } }),
    "VolumeLimitExceeded: Maximum number of volumes allowed (1) exceeded for quota 'volumes_T2'.",
  );
  await admin('PUT', `/os-quota-sets/${projects.own}`, { quota_set: { volumes_T2: -1 } });
  assert.equal(await told({ gigabytes_T2: 3 }, '/volumes', volume()), gigabytes('gigabytes_T2', 2, 3, 2));
  assert.equal(
    await told({ gigabytes_T2: 3 }, `/volumes/${id}/action`, { 'os-extend': { new_size: 5 } }),
    gigabytes('gigabytes_T2', 3, 3, 2),
  );
  assert.equal(
    await told({ gigabytes_T2: 3 }, '/snapshots', { snapshot: { volume_id: id } }),
    gigabytes('gigabytes_T2', 2, 3, 2),
  );
  assert.equal(
    await told({ gigabytes_T2: 4 }, `/volumes/${other.id}/action`, { 'os-retype': { new_type: 'T2' } }),
    gigabytes('gigabytes_T2', 3, 4, 2),
  );
  await admin('PUT', `/os-quota-sets/${projects.own}`, { quota_set: { gigabytes_T2: -1 } });
  assert.equal(
    await told({ snapshots_T2: 0 }, '/snapshots', { snapshot: { volume_id: id } }),
    "SnapshotLimitExceeded: Maximum number of snapshots allowed (0) exceeded for quota 'snapshots_T2'",
  );
});

test('a retype that would bring more snapshots than the new type may have is refused by that quota', async () => {
  const { id } = await scoria.makeVolume();
  assert.equal((await ask('/snapshots', { snapshot: { volume_id: id } })).status, 202);
  assert.equal(
    await told({ snapshots_T2: 0 }, `/volumes/${id}/action`, { 'os-retype': { new_type: 'T2' } }),
    "SnapshotLimitExceeded: Maximum number of snapshots allowed (0) exceeded for quota 'snapshots_T2'",
  );
});

test('a limit of all types that refuses is named, gigabytes before volumes', async () => {
  await scoria.makeVolume({ size: 2 });
  assert.equal(await told({ gigabytes: 3, volumes: 1 }, '/volumes', volume()), gigabytes('gigabytes', 2, 3, 2));
  await admin('PUT', `/os-quota-sets/${projects.own}`, { quota_set: { gigabytes: -1, volumes: 10 } });
  assert.match(await told({ per_volume_gigabytes: 1 }, '/volumes', volume()), /^VolumeSizeExceedsLimit: .* 2G .* 1G\./);
  assert.match(await told({ per_volume_gigabytes: 1 }, '/volumes', volume()), /'per_volume_gigabytes'/);
});
