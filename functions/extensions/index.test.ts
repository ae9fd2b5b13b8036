import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());

test('the 32 extensions that clients look for are listed, each with five fields', async () => {
  const told = await scoria.ask('GET', '/v3/extensions', { as: 'roleless' });
  assert.equal(told.status, 200);
  assert.equal(told.body.extensions.length, 32);
  for (const one of told.body.extensions) {
    assert.deepEqual(Object.keys(one).sort(), ['alias', 'description', 'links', 'name', 'updated']);
  }
  const aliases = told.body.extensions.map((one: { alias: string }) => one.alias);
  assert.equal(new Set(aliases).size, 32);
  for (const alias of ['backups', 'os-volume-type-access', 'OS-SCH-HNT', 'qos-specs'])
    assert.ok(aliases.includes(alias));
});

test('one extension is shown by its alias, and an unknown one is not found', async () => {
  const told = await scoria.ask('GET', '/v3/extensions/os-hosts');
  assert.equal(told.body.extension.name, 'Hosts');
  assert.equal((await scoria.ask('GET', '/v3/extensions/nothing')).status, 404);
  assert.equal((await scoria.ask('GET', '/v3/extensions', { as: null })).status, 401);
});
