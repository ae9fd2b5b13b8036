// Which microversion a request speaks, one by one.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { minors, predicates } from '../../functions/http/microversions.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());

const ask = (header: string | null) =>
  scoria.ask('GET', '/v3/volumes', header === null ? {} : { headers: { 'OpenStack-API-Version': header } });

test('there are 72 microversions in order, and discovery offers the first and the last', async () => {
  assert.deepEqual(
    minors.map((one) => one.version),
    Array.from({ length: 72 }, (_, n) => `3.${n}`),
  );
  const [version] = (await scoria.ask('GET', '/', { as: null })).body.versions;
  assert.deepEqual([version.min_version, version.version, version.status], ['3.0', '3.71', 'CURRENT']);
});

test('each microversion is spoken when asked for, and named in the answer and in the fault', async () => {
  for (const { version } of minors) {
    for (const path of ['/v3/volumes', '/v3/volumes/none']) {
      const told = await scoria.ask('GET', path, { version });
      assert.equal(told.headers.get('openstack-api-version'), `volume ${version}`);
      assert.equal(told.headers.get('vary'), 'OpenStack-API-Version');
    }
  }
});

const spoken: readonly (readonly [string | null, string])[] = [
  [null, '3.0'],
  ['volume latest', '3.71'],
  ['volume LATEST', '3.71'],
  ['Volume 3.5', '3.5'],
  ['volume  3.5', '3.5'],
  ['compute 2.60, volume 3.44', '3.44'],
  ['compute 2.60,volume 3.44,identity 3.14', '3.44'],
  ['volume 3.3, volume 3.4', '3.3'],
  ['compute 2.60', '3.0'],
  ['', '3.0'],
];

test('the header is read as Cinder reads it', async () => {
  for (const [header, version] of spoken) {
    const told = await ask(header);
    assert.equal(told.status, 200, `${header}: ${told.text}`);
    assert.equal(told.headers.get('openstack-api-version'), `volume ${version}`, String(header));
  }
});

test('every version that changes behaviour is asked for somewhere by its name', () => {
  const sources = readdirSync('functions', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('microversions.ts'))
    .map((name) => readFileSync(`functions/${name}`, 'utf8'))
    .join('\n');
  const unused = Object.keys(predicates).filter((name) => !sources.includes(`'${name}'`));
  assert.deepEqual(unused, []);
});
