// How many statements a piece of work takes from the request to its end, on the API's side and the workers'.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Scoria, startScoria } from '../harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

/** What runs by the clock, and what the test itself asks. */
const aside =
  /^(services\.report|pools\.report|operations\.(overdue|requeue|release)|messages\.expire|volumes\.show|snapshots\.show)$/;

/** The statements that end an operation: `volume.create.done`, `snapshot.delete.failed`. */
const settles = /^(volume|snapshot)\.[\w-]+\.(done|failed)$/;

/** The statements sent by everybody while something is done and its outcome waited for. */
async function during(work: () => Promise<unknown>): Promise<string[]> {
  scoria.database.take();
  await work();
  // An outcome is seen when its statement has settled: nothing of the work comes after it.
  return scoria.database.take().filter((name) => !aside.test(name));
}

const gone = (path: string) => scoria.until(path, ({ status }) => status === 404);
const available = (path: string, key: string) =>
  scoria.until(path, ({ body }) => body[key].status === 'available', { version: '3.71' });

const act = (path: string, body: object) => scoria.ask('POST', path, { body });

test('a volume is made with 6 statements, a snapshot with 4, and each ends its work with one claim and one settle', async () => {
  const budgets: Record<string, string[]> = {};
  let id = '';
  budgets['6 create'] = await during(async () => {
    id = (await scoria.makeVolume()).id;
  });
  const path = `/v3/volumes/${id}`;
  budgets['4 extend'] = await during(async () => {
    await act(`${path}/action`, { 'os-extend': { new_size: 3 } });
    await available(path, 'volume');
  });
  let snapshot = '';
  budgets['4 snapshot'] = await during(async () => {
    const made = await act('/v3/snapshots', { snapshot: { volume_id: id } });
    snapshot = `/v3/snapshots/${made.body.snapshot.id}`;
    await available(snapshot, 'snapshot');
  });
  budgets['4 snapshot-delete'] = await during(async () => {
    await scoria.ask('DELETE', snapshot);
    await gone(snapshot);
  });
  budgets['4 delete'] = await during(async () => {
    await scoria.ask('DELETE', path);
    await gone(path);
  });
  for (const [name, sent] of Object.entries(budgets)) {
    const most = Number(name.split(' ')[0]);
    assert.ok(sent.length <= most, `${name}: ${sent.join(', ')}`);
    const steps = name === '6 create' ? 2 : 1;
    assert.ok(sent.filter((one) => one.includes('claim')).length <= steps, `${name}: ${sent.join(', ')}`);
    assert.equal(sent.filter((one) => settles.test(one)).length, 1, `${name}: ${sent.join(', ')}`);
  }
});
