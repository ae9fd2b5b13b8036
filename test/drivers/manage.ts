// Objects that are not ours become volumes, and volumes stop being ours.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Manageable } from '../../workers/driver.ts';
import { assertFails, type Bench } from './bench.ts';
import { lacks } from './data.ts';
import { MIB, pattern, sha256 } from './pattern.ts';

export function manageTests(get: () => Bench): void {
  test('an object that is not ours is listed as manageable, never as owned, and keeps its bytes when adopted', async (t) => {
    const bench = get();
    const reference = await planted(t, bench, 'adopt-me', 2);
    const { manage } = bench.backend;
    if (reference === null || manage === undefined) return;
    assert.ok((await manageable(bench)).some((item) => sameReference(item, reference)));
    assert.equal(await manage.size(reference, bench.call()), 2);
    const volume = bench.volume(2);
    const made = await manage.adopt(volume, reference, bench.call());
    assert.deepEqual(await manage.adopt(volume, reference, bench.call()), made);
    assert.equal(sha256(await bench.read({ ...volume, ...made }, 0, MIB)), sha256(pattern(60, MIB)));
    assert.ok(!(await manageable(bench)).some((item) => sameReference(item, reference)));
    assert.equal((await bench.listed()).find(({ id }) => id === volume.id)?.sizeGiB, 2);
    await assertFails(manage.adopt(bench.volume(2), reference, bench.call()), 'gone', 'conflict');
    await bench.backend.remove(volume, bench.call());
  });

  test('a released volume is not ours any more, keeps its bytes, and is found again by a reference', async (t) => {
    const bench = get();
    const { manage } = bench.backend;
    if (lacks(t, bench, 'manage') || manage === undefined) return;
    const volume = await bench.made();
    const written = await bench.fill(volume, 61);
    const before = await manageable(bench);
    await manage.release(volume, bench.call());
    await manage.release(volume, bench.call());
    assert.ok(!(await bench.listedIds()).includes(volume.id));
    await assertFails(bench.connect(volume), 'gone');
    const found = (await manageable(bench)).filter((item) => !before.some((old) => sameReference(old, item.reference)));
    assert.equal(found.length, 1);
    const again = bench.volume();
    const made = await manage.adopt(again, found[0]?.reference ?? {}, bench.call());
    assert.equal(await bench.digest({ ...again, ...made }), written);
  });

  test('a reference to nothing says gone; to what is managed already, conflict; an empty one, fatal', async (t) => {
    const bench = get();
    const reference = await planted(t, bench, 'adopt-me-too', 1);
    const { manage } = bench.backend;
    if (reference === null || manage === undefined) return;
    await manage.adopt(bench.volume(), reference, bench.call());
    await assertFails(manage.size(reference, bench.call()), 'gone', 'conflict');
    await assertFails(manage.size({}, bench.call()), 'fatal');
  });
}

async function planted(t: TestContext, bench: Bench, name: string, sizeGiB: number) {
  if (lacks(t, bench, 'manage')) return null;
  if (bench.subject.plant !== undefined) return bench.subject.plant(name, sizeGiB, pattern(60, MIB));
  t.skip('the subject cannot plant an object that is not ours');
  return null;
}

async function manageable(bench: Bench): Promise<Manageable[]> {
  const all: Manageable[] = [];
  let after: string | null = null;
  do {
    const page: { items: readonly Manageable[]; next: string | null } = (await bench.backend.manage?.list(
      after,
      bench.call(),
    )) ?? {
      items: [],
      next: null,
    };
    all.push(...page.items);
    after = page.next;
  } while (after !== null);
  return all;
}

function sameReference(item: Manageable, reference: Readonly<Record<string, string>>): boolean {
  return JSON.stringify(item.reference) === JSON.stringify(reference);
}
