// What `scoria why` says of volumes whose trouble is real.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { timestamp } from '../../infra/clock/port.ts';
import { systemClock } from '../../infra/clock/system.ts';
import { sql } from '../../infra/database/port.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';
import { requeue } from '../../workers/store/sweep.ts';
import { databaseSource } from './database.ts';
import { page } from './page.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

const clock = systemClock();
const source = () => databaseSource(scoria.database, () => timestamp(clock));

async function said(id: string, most = 40): Promise<string> {
  const told = await source().about(id, most);
  assert.ok(told !== null);
  return page(told, clock.now());
}

test('of a create that no pool takes: the cause, what dropped each pool, and what the user was told', async () => {
  const body = { volume_type: { name: 'nowhere', extra_specs: { volume_backend_name: 'three' } } };
  await scoria.ask('POST', '/v3/types', { as: 'admin', body });
  const { id } = await scoria.makeVolume({ name: 'lost', volume_type: 'nowhere' });
  const text = await said(id);
  assert.match(text, new RegExp(`^volume ${id} "lost": error, project `));
  assert.match(text, /^WHY {3}volume\.create failed .* ago \(.* UTC\); .* had asked for it$/m);
  assert.match(text, /^ +the user was told: schedule allocate volume:Could not find/m);
  assert.match(text, /^ +test@one#pool {2}Capabilities: its volume_backend_name is one, not three$/m);
  assert.match(text, /^ +test@two#pool {2}Capabilities: its volume_backend_name is two, not three$/m);
  assert.match(text, /^\d\d:\d\d:\d\d\.\d{3} {4}volume\.create\.error -> error: No valid backend/m);
  assert.deepEqual(await source().named('lost'), [id]);
});

test('of a volume whose worker was lost and that has recovered: the tries, and that nothing is wrong now', async () => {
  for (const { knobs } of scoria.backends) knobs.set('create', '*', { kind: 'fail-after' }, 1);
  const { id } = await scoria.makeVolume();
  for (const { knobs } of scoria.backends) knobs.clear();
  const lost = sql(
    'test',
    `UPDATE operations SET status = 'running', lease_until = now() - interval '1 minute', attempt = 7, tries = 1
    WHERE resource_id = :id::uuid`,
  );
  await scoria.database.all(lost, { id });
  assert.equal((await requeue(scoria.database, timestamp(clock), false)).length, 1);
  const under = await said(id);
  assert.match(under, /^NOW {3}volume\.create, asked for .* ago .*, is queued: step create, attempt 7$/m);
  assert.match(under, /^ +the last try said: Its worker has not been heard of\.$/m);
  await scoria.database.all(sql('test', `UPDATE operations SET status = 'done' WHERE resource_id = :id::uuid`), { id });
  const text = await said(id);
  assert.match(text, /^NOW {3}nothing is under way and the last operation did not fail\. Last: volume\.create/m);
  assert.match(text, /attempt \d did not end it: The memory back end was told to lose its answer\.$/m);
  assert.match(text, /attempt 7 did not end it: Its worker has not been heard of\.$/m);
  assert.match(text, /the scheduler chose test@(one|two)#pool; 2 pools were considered$/m);
});

test('of an error that an administrator wrote, of one that is gone, and of more than is shown', async () => {
  const { id } = await scoria.makeVolume({ name: 'written' });
  const body = { 'os-reset_status': { status: 'error' } };
  await scoria.ask('POST', `/v3/volumes/${id}/action`, { as: 'admin', body });
  assert.match(await said(id), /^WHY {3}volume\.reset_status\.end .* ago .*: no operation has failed$/m);
  await scoria.ask('DELETE', `/v3/volumes/${id}`);
  await scoria.until(`/v3/volumes/${id}`, ({ status }) => status === 404);
  assert.match(await said(id), /"written": deleted/);
  assert.deepEqual(await source().named('written'), [id]);
  const short = await said(id, 2);
  assert.match(short, /there is more before: --all/);
  assert.equal(short.split('TIMELINE')[1]?.trim().split('\n').length, 4);
  assert.equal(await source().about('11111111-1111-4111-8111-111111111111', 10), null);
});
