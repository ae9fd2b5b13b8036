// Ids that name nothing, and values in paths that nobody meant.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newestMinor } from '../../functions/http/microversion.ts';
import * as samples from '../harness/samples.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';
import { digest, seedWorld } from '../harness/world.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
  await seedWorld(scoria.database);
});
after(() => scoria.close());

const version = `3.${newestMinor}`;
const ask = (one: (typeof samples.operations)[number], path: string) =>
  scoria.ask(one.method, path, { as: 'admin', version, body: samples.bodyOf(one) });

const byId = samples.guarded.filter((one) => samples.placeOf(one)?.kind === 'scoped');
const noIds = [
  'x',
  '1',
  'null',
  'undefined',
  '11111111-1111-4111-8111-11111111111',
  "'",
  '%27',
  'a%00b',
  '%F0%9F%98%80',
  '..%2f',
];

test(`an id that names nothing is 404, in the words of its resource (${byId.length} operations)`, async () => {
  const was = await digest(scoria.database);
  for (const one of byId) {
    const place = samples.placeOf(one);
    const absent = place?.absent ?? '';
    const told = await ask(one, samples.pathOf(one, 'absent'));
    const shown = `${one.name}: ${told.status} ${told.text}`;
    assert.equal(told.status, 404, shown);
    assert.match(
      told.body.itemNotFound.message,
      new RegExp(
        `^([A-Z][a-z]+( [a-z]+)* ${absent} could not be found|No such QoS spec ${absent}|Secret not found)\\.$`,
      ),
      shown,
    );
    for (const id of noIds) {
      const no = await ask(one, samples.pathOf(one, 'absent', { [place?.name ?? '']: id }));
      assert.equal(no.status, 404, `${one.name} ${id}: ${no.status} ${no.text}`);
    }
    const [dashless, upper] = [absent.replaceAll('-', ''), absent.toUpperCase()];
    for (const id of [dashless, upper]) {
      assert.equal((await ask(one, samples.pathOf(one, 'absent', { [place?.name ?? '']: id }))).status, 404);
    }
  }
  assert.equal(await digest(scoria.database), was);
});

test('an id in upper case or without dashes names the same thing', async () => {
  for (const one of byId.filter((operation) => operation.method === 'GET')) {
    const place = samples.placeOf(one);
    const own = place?.own ?? '';
    const plain = await ask(one, samples.pathOf(one, 'own'));
    for (const id of [own.toUpperCase(), own.replaceAll('-', '')]) {
      const told = await ask(one, samples.pathOf(one, 'own', { [place?.name ?? '']: id }));
      assert.equal(told.status, plain.status, `${one.name} ${id}: ${told.text}`);
    }
  }
});

const others = samples.guarded.filter((one) =>
  samples.placesIn(one).some((name) => samples.placeOf(one)?.kind !== 'scoped' || name === 'key'),
);
const strange = [
  '%00',
  'a%00b',
  '%ED%A0%80',
  '%F0%9F%98%80',
  "'",
  '%25',
  '%2e%2e',
  '__proto__',
  'constructor',
  '%0a',
  'x'.repeat(3000),
  '%',
];

test(`strange words in a path do no harm (${others.length} operations)`, async () => {
  for (const one of others) {
    for (const name of samples.placesIn(one)) {
      for (const value of strange) {
        await seedWorld(scoria.database);
        const told = await ask(one, samples.pathOf(one, 'own', { [name]: value }));
        assert.ok(
          told.status < 500,
          `${one.name} ${name}=${value.slice(0, 50)}: ${told.status} ${told.text.slice(0, 500)}`,
        );
      }
    }
  }
});
