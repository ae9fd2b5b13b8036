// Filters, weighers and the choice, as properties of any pools.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { poolNamed } from '../../test/harness/pools.ts';
import { lots } from './choices.ts';
import { decide, takerOnceUp } from './decide.ts';
import { fraction } from './deciding.ts';
import type { Pool, Request } from './pool.ts';
import { roomOf } from './room.ts';
import { defaultScheduling, type Scheduling, type WeigherName, weighers } from './scheduling.ts';

const request = (fields: Partial<Request> = {}): Request => ({
  sizeGiB: 10,
  availabilityZone: null,
  extraSpecs: {},
  sourceHost: null,
  livesOn: null,
  only: null,
  groupBackend: null,
  ...fields,
});
const reasonOf = (pool: Pool, asked: Request) => decide([pool], asked).dropped[0];
const weighing = (...names: WeigherName[]): Scheduling => ({
  ...defaultScheduling,
  weighers: names.map((name) => ({ name, multiplier: weighers[name].multiplier })),
});

const gib = fc.oneof(fc.constantFrom(null, Number.POSITIVE_INFINITY), fc.integer({ min: 0, max: 10_000 }));
const somePool = fc.record({
  number: fc.integer({ min: 0, max: 40 }),
  totalGiB: gib,
  freeGiB: gib,
  provisionedGiB: fc.integer({ min: 0, max: 20_000 }),
  allocatedGiB: fc.integer({ min: 0, max: 20_000 }),
  reservedPercentage: fc.integer({ min: 0, max: 100 }),
  maxOverSubscriptionRatio: fc.constantFrom(0.5, 1, 1.5, 20),
  thin: fc.boolean(),
  isUp: fc.boolean(),
  isDisabled: fc.boolean(),
  isFrozen: fc.boolean(),
  availabilityZone: fc.constantFrom('nova', 'east'),
});
const somePools = fc
  .uniqueArray(somePool, { selector: ({ number }) => number, maxLength: 12 })
  .map((all) => all.map(({ number, ...fields }) => poolNamed(`h@b${number % 5}#p${number}`, fields)));
const someRequest = fc
  .record({
    sizeGiB: fc.integer({ min: 0, max: 2_000 }),
    availabilityZone: fc.constantFrom(null, 'nova', 'east'),
    extraSpecs: fc.constantFrom({}, { 'provisioning:type': 'thick' }, { thin_provisioning_support: '<is> True' }),
    groupBackend: fc.constantFrom(null, null, 'h@b1'),
    sourceHost: fc.constantFrom(null, null, 'h@b2#p2'),
  })
  .map(request);
const someScheduling = fc
  .subarray(Object.keys(weighers) as WeigherName[])
  .map((names) => weighing(...names))
  .chain((one) => fc.constantFrom(one, { ...one, choice: 'stochastic' as const }));

test('every pool is either weighed or dropped with a reason, and what is chosen was weighed', () => {
  const property = fc.property(
    somePools,
    someRequest,
    someScheduling,
    fc.double({ min: 0, max: 0.999, noNaN: true }),
    (pools, asked, scheduling, dice) => {
      const said = decide(pools, asked, scheduling, () => dice);
      const names = [...Object.keys(said.weights), ...said.dropped.map(({ pool }) => pool)].sort();
      assert.deepEqual(names, pools.map(({ name }) => name).sort());
      assert.ok(said.dropped.every(({ filter, reason }) => filter !== '' && reason !== ''));
      assert.equal(said.considered, pools.length);
      assert.equal(said.chosen === null, Object.keys(said.weights).length === 0);
      assert.ok(said.chosen === null || Object.hasOwn(said.weights, said.chosen));
      assert.doesNotThrow(() => JSON.parse(JSON.stringify(said)));
      assert.ok(Object.values(said.weights).every(Number.isFinite));
    },
  );
  fc.assert(property, { numRuns: 500 });
});

test('what is chosen is up, takes work, is in the zone, has the room and is of the back end that it must be of', () => {
  const property = fc.property(somePools, someRequest, (pools, asked) => {
    const chosen = pools.find(({ name }) => name === decide(pools, asked).chosen);
    if (chosen === undefined) return;
    assert.ok(chosen.isUp && !chosen.isDisabled && !chosen.isFrozen);
    assert.ok(asked.availabilityZone === null || asked.availabilityZone === chosen.availabilityZone);
    assert.ok(asked.groupBackend === null || asked.groupBackend === chosen.backend);
    assert.ok(asked.sourceHost === null || asked.sourceHost.startsWith(`${chosen.backend}#`));
    const room = roomOf(chosen, asked);
    assert.ok(asked.sizeGiB === 0 || (room !== null && room.virtualFreeGiB >= asked.sizeGiB));
  });
  fc.assert(property, { numRuns: 500 });
});

test('the order in which pools are read changes nothing', () => {
  const property = fc.property(somePools, someRequest, (pools, asked) => {
    assert.equal(decide([...pools].reverse(), asked).chosen, decide(pools, asked).chosen);
  });
  fc.assert(property, { numRuns: 200 });
});

test('a larger volume never fits where a smaller one does not', () => {
  const property = fc.property(somePools, someRequest, (pools, asked) => {
    const fits = (sizeGiB: number) => Object.keys(decide(pools, { ...asked, sizeGiB }).weights);
    const smaller = new Set(fits(Math.max(1, asked.sizeGiB)));
    assert.ok(fits(asked.sizeGiB + 100).every((name) => smaller.has(name)));
  });
  fc.assert(property, { numRuns: 200 });
});

test('thin pools promise their room so often as their ratio says, and an automatic ratio follows what is used', () => {
  const thin = poolNamed('h@b#p', { totalGiB: 100, freeGiB: 80, provisionedGiB: 150, maxOverSubscriptionRatio: 2 });
  assert.equal(roomOf(thin, request())?.virtualFreeGiB, 50);
  assert.equal(roomOf(thin, request({ extraSpecs: { 'provisioning:type': 'thick' } }))?.virtualFreeGiB, -50);
  const auto = { ...thin, capabilities: { max_over_subscription_ratio: 'auto' } };
  assert.equal(roomOf(auto, request())?.virtualFreeGiB, Math.round(100 * (100 * (1 + 150 / 21) - 150)) / 100);
  assert.equal(roomOf({ ...auto, provisionedGiB: 0 }, request())?.virtualFreeGiB, 2000);
  assert.equal(roomOf(poolNamed('h@b#p', { maxOverSubscriptionRatio: 0.9 }), request()), null);
});

test('a protocol is met however it is written', () => {
  const pool = poolNamed('h@b#p', { capabilities: { storage_protocol: 'NVMe-oF' } });
  for (const protocol of ['nvmeof', 'NVMeOF', 'NVMe-oF', '<in> NVMe', '<or> iSCSI <or> nvmeof']) {
    assert.equal(reasonOf(pool, request({ extraSpecs: { storage_protocol: protocol } })), undefined, protocol);
  }
  const refused = reasonOf(pool, request({ extraSpecs: { storage_protocol: 'iscsi' } }));
  assert.equal(refused?.filter, 'Capabilities');
});

test('the expressions of a back end decide, and one that cannot be used drops the pool and says why', () => {
  const withFilter = (filter_function: unknown) => poolNamed('h@b#p', { capabilities: { filter_function } });
  assert.equal(
    reasonOf(
      withFilter('volume.size < 20 and extra.tier == "gold"'),
      request({ extraSpecs: { 'x:y': '', tier: 'gold' } }),
    )?.filter,
    'Capabilities',
  );
  assert.equal(reasonOf(withFilter('volume.size < 20'), request()), undefined);
  assert.match(reasonOf(withFilter('volume.size < 5'), request())?.reason ?? '', /is not true: volume\.size < 5/);
  assert.match(reasonOf(withFilter('volume.nothing'), request())?.reason ?? '', /there is no volume\.nothing/);
  assert.match(reasonOf(withFilter(7), request())?.reason ?? '', /it is no text/);
  const scored = ['30', '70', 'true', '101', '1 / 0', '-1'].map((goodness_function, at) =>
    poolNamed(`h@b#p${at}`, { capabilities: { goodness_function } }),
  );
  const said = decide(scored, request(), weighing('Goodness'));
  assert.deepEqual(
    scored.map(({ name }) => said.weighed[name]?.Goodness),
    [30, 70, 100, 0, 0, 0],
  );
  assert.equal(said.chosen, 'h@b#p2');
});

test('hints put a volume beside others, away from them, or near a server', () => {
  const pools = ['a', 'b', 'c'].map((host) => poolNamed(`${host}@x#p`));
  const fits = (hints: Request['hints'] & object) => Object.keys(decide(pools, request({ hints })).weights).sort();
  const none = { sameHosts: [], differentHosts: [] };
  assert.deepEqual(fits({ ...none, sameHosts: ['b@x#p'] }), ['b@x#p']);
  assert.deepEqual(fits({ ...none, sameHosts: ['b@x#p', 'a@x#p'] }), []);
  assert.deepEqual(fits({ ...none, sameHosts: [null] }), []);
  assert.deepEqual(fits({ ...none, differentHosts: ['b@x#other', null] }), ['a@x#p', 'c@x#p']);
  assert.deepEqual(fits({ ...none, instanceHost: 'c' }), ['c@x#p']);
  assert.deepEqual(fits({ ...none, instanceHost: null }), []);
});

test('a pool that has refused the volume is not tried again', () => {
  const said = decide([poolNamed('h@b#p')], request({ refusals: [{ pool: 'h@b#p', cause: 'It is full.' }] }));
  assert.deepEqual(said.dropped, [
    { pool: 'h@b#p', filter: 'IgnoreAttemptedHosts', reason: 'it was tried and refused: It is full.' },
  ]);
});

test('each weigher prefers what it is for, and multipliers turn it round', () => {
  const pools = [
    poolNamed('h@b#1', { freeGiB: 50, totalGiB: 50, allocatedGiB: 5, volumeCount: 9 }),
    poolNamed('h@b#2', { freeGiB: 90, totalGiB: 90, allocatedGiB: 40, volumeCount: 4 }),
  ];
  const chosen = (name: WeigherName, multiplier = weighers[name].multiplier, random = 0) =>
    decide(pools, request(), { ...defaultScheduling, weighers: [{ name, multiplier }] }, () => random).chosen;
  assert.equal(chosen('Capacity'), 'h@b#2');
  assert.equal(chosen('Capacity', -1), 'h@b#1');
  assert.equal(chosen('AllocatedCapacity'), 'h@b#1');
  assert.equal(chosen('VolumeNumber'), 'h@b#2');
});

test('lots fall on pools as often as they weigh', () => {
  const weighed = [3, 1, 0].map((weight, at) => ({ pool: String(at), weight, values: {} }));
  const count = new Map<string, number>();
  for (let at = 0; at < 1000; at += 1) {
    const { pool = '' } = lots(weighed, () => at / 1000) ?? {};
    count.set(pool, (count.get(pool) ?? 0) + 1);
  }
  assert.deepEqual(Object.fromEntries(count), { 0: 750, 1: 250 });
  const alike = weighed.map((one) => ({ ...one, weight: 0 }));
  assert.deepEqual(
    [0, 0.5, 0.999].map((dice) => lots(alike, () => dice)?.pool),
    ['0', '1', '2'],
  );
  assert.equal(
    lots([], () => 0),
    undefined,
  );
});

test('random bytes become a fraction', () => {
  assert.equal(fraction('AAAAAAAA'), 0);
  assert.ok(fraction('________') < 1 && fraction('________') > 0.9999);
  assert.equal(fraction('gAAAAAAA'), 0.5);
});

test('a back end that has never reported is waited for when it may be the one, and chosen never', () => {
  const opening = poolNamed('h@gold', {
    isReported: false,
    isUp: false,
    freeGiB: null,
    totalGiB: null,
    capabilities: { volume_backend_name: 'gold' },
  });
  const full = poolNamed('h@b#p', { freeGiB: 0, totalGiB: 1 });
  for (const [extraSpecs, taker] of [
    [{}, 'h@gold'],
    [{ volume_backend_name: 'gold', tier: 'gold' }, 'h@gold'],
    [{ 'capabilities:volume_backend_name': 'other' }, null],
  ] as const) {
    const asked = request({ extraSpecs });
    assert.equal(decide([opening, full], asked).chosen, null);
    assert.equal(takerOnceUp([opening, full], asked), taker, JSON.stringify(extraSpecs));
  }
  assert.equal(takerOnceUp([opening], request({ availabilityZone: 'east' })), null);
  assert.equal(takerOnceUp([{ ...opening, isDisabled: true }], request()), null);
});
