// Copies on other systems, and who serves the volumes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertFails, type Bench } from './bench.ts';

export function replicationTests(get: () => Bench): void {
  test('a replicated volume is served with its bytes by the target and by the back end again; others are not there meanwhile', async (t) => {
    const bench = get();
    const { replication } = bench.backend;
    if (replication === undefined) return t.skip('the back end does not replicate');
    const copied = await bench.made();
    const alone = await bench.made();
    const written = await bench.fill(copied, 70);
    const target = replication.targets[0] ?? assert.fail('a back end that replicates has a target');
    const call = bench.call();
    for (let time = 0; time < 2; time += 1) await replication.enable([copied], call);
    for (let time = 0; time < 2; time += 1) await replication.failover(target, call);
    const there = await located(bench, copied);
    assert.ok(there.isThere);
    assert.equal((await located(bench, alone)).isThere, false);
    await assertFails(bench.connect(alone), 'gone');
    assert.equal(await bench.digest({ ...copied, location: there.location }), written);
    await bench.reopen();
    assert.deepEqual(await located(bench, copied), there);
    for (let time = 0; time < 2; time += 1) await bench.backend.replication?.failover(null, bench.call());
    const back = await located(bench, copied);
    assert.ok((await located(bench, alone)).isThere);
    assert.equal(await bench.digest({ ...copied, location: back.location }), written);
    await bench.backend.replication?.disable([copied], bench.call());
  });

  test('volumes fail over on their own, and the others stay', async (t) => {
    const bench = get();
    const { replication } = bench.backend;
    if (replication === undefined) return t.skip('the back end does not replicate');
    const [one, other] = [await bench.made(), await bench.made()];
    const written = await bench.fill(one, 71);
    const call = bench.call();
    const target = replication.targets[0] ?? null;
    await assertFails(replication.failoverVolumes([one], target, call), 'fatal', 'gone');
    await replication.enable([one], call);
    const before = await located(bench, other);
    for (let time = 0; time < 2; time += 1) await replication.failoverVolumes([one], target, call);
    assert.deepEqual(await located(bench, other), before);
    const { location, isThere } = await located(bench, one);
    assert.ok(isThere);
    assert.equal(await bench.digest({ ...one, location }), written);
    await replication.failoverVolumes([one], null, call);
    await replication.disable([one], call);
  });

  test('an unknown target is gone, and who serves stays', async (t) => {
    const bench = get();
    const { replication } = bench.backend;
    if (replication === undefined) return t.skip('the back end does not replicate');
    const volume = await bench.made();
    await assertFails(replication.failover('no-such-target', bench.call()), 'gone');
    assert.ok((await located(bench, volume)).isThere);
  });
}

async function located(bench: Bench, volume: { readonly id: string } & Parameters<Bench['digest']>[0]) {
  const [found] = (await bench.backend.replication?.locate([volume], bench.call())) ?? [];
  assert.equal(found?.id, volume.id);
  return found;
}
