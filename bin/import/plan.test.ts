// What comes of a dump of Cinder, line by line and row by row.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cinderTables, dialects, queriesOf } from './cinder-tables.ts';
import { type Dump, DumpError, readDump, timeOf } from './dump.ts';
import { type Present, planOf, type Wishes } from './plan.ts';

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** A row of a table: what is not said is null. */
const row = (table: keyof typeof cinderTables, fields: object) =>
  JSON.stringify({ table, ...Object.fromEntries(cinderTables[table].map((column) => [column, null])), ...fields });
const first = '{"table":"cinder","format":1}';
const end = '{"table":"end"}';
const dumpOf = (...rows: string[]): Dump => readDump([first, ...rows, end, ''].join('\n'));

const volume = (n: number, more: object = {}) =>
  row('volumes', {
    ...{ id: id(n), project_id: 'p', user_id: 'u', host: 'c@lvm#vg', size: 2, status: 'available' },
    ...{ created_at: '2026-01-02 03:04:05.678', bootable: 0, multiattach: 0 },
    ...more,
  });
const present: Present = { types: new Map(), qosSpecs: new Map(), pools: new Set(['s@fast#pool']) };
const wishes: Wishes = {
  hosts: new Map([['c@lvm', 's@fast#pool']]),
  volumeName: 'volume-%s',
  snapshotName: 'snapshot-%s',
};
const plan = (...rows: string[]) => planOf(dumpOf(...rows), present, wishes);
const why = (...rows: string[]) => plan(...rows).refused.map((one) => `${one.what}: ${one.why}`);

test('the queries of every database name every column, in one transaction that ends', () => {
  for (const name of Object.keys(dialects) as (keyof typeof dialects)[]) {
    const text = queriesOf(name);
    for (const [table, columns] of Object.entries(cinderTables)) {
      for (const column of columns)
        assert.match(text, new RegExp(`'${table}'.*'${column}', ["\`]${column}["\`]`), name);
    }
    assert.match(text, /^(START TRANSACTION|BEGIN)/);
    assert.match(text, /'end'\);\nCOMMIT;\n$/i);
    // Not one password of a connection.
    assert.doesNotMatch(text, /connection_info|provider_auth|\bconnector\b/);
  }
});

test('a dump that is not whole, or not one, is refused with the line', () => {
  const refused = (text: string, wanted: RegExp) =>
    assert.throws(
      () => readDump(text),
      (error) => error instanceof DumpError && wanted.test(error.message),
    );
  refused('', /end is missing/);
  refused(`${first}\n`, /end is missing/);
  refused(`${first}\n${volume(1)}`, /end is missing/);
  refused('id\tname', /line 1: this is no JSON object/);
  refused(`{"table":"cinder","format":2}\n${end}`, /line 1: this is no dump of format 1/);
  refused(`${volume(1)}\n${end}`, /line 1: this is no dump/);
  refused(`${first}\n{"table":"users"}\n${end}`, /line 2: nothing is known of a table "users"/);
  refused(`${first}\n{"table":"groups"}\n${end}`, /line 2: groups without id/);
  refused(`${first}\n{"table":"groups","id":{}}\n${end}`, /line 2: groups.id: a text/);
  refused(`${first}\n{"table":"__proto__"}\n${end}`, /nothing is known/);
  refused(`${first}\n${end}\n${volume(1)}`, /line 3: there is more after the end/);
});

test('a volume that rests comes, with the name that it has on the back end', () => {
  const { volumes, refused } = plan(volume(1), volume(2, { _name_id: id(9), bootable: 1 }));
  assert.deepEqual(refused, []);
  assert.deepEqual(
    volumes.map((one) => [one.id, one.object, one.host, one.bootable, one.createdAt]),
    [
      [id(1), `volume-${id(1)}`, 's@fast#pool', false, '2026-01-02T03:04:05.678Z'],
      [id(2), `volume-${id(9)}`, 's@fast#pool', true, '2026-01-02T03:04:05.678Z'],
    ],
  );
});

const refusals: readonly (readonly [object, RegExp])[] = [
  [{ status: 'in-use' }, /it is attached/],
  [{ status: 'creating' }, /its status is creating/],
  [{ migration_status: 'migrating' }, /it is being migrated/],
  [{ encryption_key_id: id(7) }, /it is encrypted/],
  [{ host: 'c@ceph#rbd' }, /--hosts says nothing of c@ceph#rbd/],
  [{ host: null }, /--hosts says nothing of a volume without a host/],
  [{ id: 'volume-1' }, /its id is no UUID/],
  [{ volume_type_id: id(8) }, /its type .* is not in the dump/],
  [{ created_at: 'yesterday' }, /nobody knows when it was made/],
];
for (const [fields, wanted] of refusals) {
  test(`refused is a volume with ${JSON.stringify(fields)}`, () => {
    const { volumes, refused } = plan(volume(1, fields));
    assert.deepEqual(volumes, []);
    assert.match(refused[0]?.why ?? '', wanted);
  });
}

test('a volume whose type encrypts, and one whose pool takes no work, stay', () => {
  const type = row('volume_types', { id: id(5), name: 'sealed', is_public: 1 });
  const encryption = row('encryption', { volume_type_id: id(5), encryption_id: id(6), provider: 'luks' });
  assert.match(why(type, encryption, volume(1, { volume_type_id: id(5) }))[0] ?? '', /its type encrypts/);
  const none = planOf(dumpOf(volume(1)), { ...present, pools: new Set() }, wishes);
  assert.match(none.refused[0]?.why ?? '', /no pool s@fast#pool takes work/);
});

test('a snapshot comes with its volume only', () => {
  const snapshot = (n: number, of: number, status = 'available') =>
    row('snapshots', {
      id: id(n),
      volume_id: id(of),
      status,
      volume_size: 2,
      project_id: 'p',
      created_at: '2026-01-01 00:00:00',
    });
  const { snapshots, refused } = plan(
    volume(1),
    volume(2, { status: 'in-use' }),
    snapshot(11, 1),
    snapshot(12, 2),
    snapshot(13, 1, 'error'),
  );
  assert.deepEqual(
    snapshots.map((one) => [one.id, one.object]),
    [[id(11), `snapshot-${id(11)}`]],
  );
  assert.deepEqual(
    refused.filter((one) => one.what === 'snapshot').map((one) => one.id),
    [id(12), id(13)],
  );
});

test('a type whose name is taken is the one that is here, for volumes and limits', () => {
  const type = row('volume_types', { id: id(5), name: 'fast', is_public: 1 });
  const there = { ...present, types: new Map([['fast', id(50)]]) };
  const { volumes, limits } = planOf(
    dumpOf(
      type,
      volume(1, { volume_type_id: id(5) }),
      row('quotas', { project_id: 'p', resource: 'gigabytes_fast', hard_limit: 7 }),
    ),
    there,
    wishes,
  );
  assert.equal(volumes[0]?.type, id(50));
  assert.deepEqual(limits, [{ owner: 'p', isClass: false, key: 'gigabytes_fast', limit: 7 }]);
});

test('limits of what Scoria does not count are refused, those of consistency groups are left out', () => {
  const limit = (resource: string, hard_limit: unknown = 5) => row('quotas', { project_id: 'p', resource, hard_limit });
  assert.deepEqual(plan(limit('consistencygroups'), limit('volumes', -1)).refused, []);
  assert.deepEqual(why(limit('shares'), limit('gigabytes_gone'), limit('volumes', 'many')), [
    'limit: Scoria has no limit of shares',
    'limit: Scoria has no limit of gigabytes_gone',
    'limit: many is no limit',
  ]);
});

test('times are read as each database prints them', () => {
  for (const text of ['2026-01-02 03:04:05', '2026-01-02T03:04:05']) assert.equal(timeOf(text), '2026-01-02T03:04:05Z');
  assert.equal(timeOf('2026-01-02 03:04:05.123456'), '2026-01-02T03:04:05.123456Z');
  for (const none of [null, 7, 'now', '2026-13-02 03:04:05', "2026-01-02 03:04:05'; --"])
    assert.equal(timeOf(none), null);
});
