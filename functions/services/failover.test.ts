import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

const put = (action: string, body: object, version = '3.71') =>
  scoria.ask('PUT', `/v3/os-services/${action}`, { as: 'admin', version, body });
const message = (told: { body: Record<string, { message: string }> }) => Object.values(told.body)[0]?.message;

test('a back end without replication targets is not failed over, and says so at once', async () => {
  for (const action of ['failover_host', 'failover']) {
    for (const [body, says] of [
      [{ host: 'test@one' }, /^Invalid Replication Target: Back end test@one has no replication targets\.$/],
      [{ host: 'test@one', backend_id: 'second' }, /no replication targets/],
      [{ host: 'nowhere@one' }, /Service cinder-volume could not be found on host nowhere@one\.$/],
      [{ host: 'test' }, /could not be found/],
      [{ cluster: 'one' }, /Cluster one could not be found/],
      [{ host: 'test@one', cluster: 'one' }, /One and only one of cluster and host must be set/],
      [{}, /Host field is missing/],
      [{ host: 'test@one', more: 1 }, /was unexpected/],
    ] as const) {
      const told = await put(action, body);
      assert.equal(told.status, 400, told.text);
      assert.match(message(told) ?? '', says);
    }
  }
  assert.match(message(await put('failover_host', { cluster: 'one' }, '3.25')) ?? '', /unexpected/);
  assert.equal((await put('failover', { host: 'test@one' }, '3.25')).status, 404);
});
