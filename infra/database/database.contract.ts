import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countingDatabase } from './counting.ts';
import { DatabaseError, type DatabaseFailure, type Migratable, sql } from './port.ts';

const schema = `
create or replace function refuse(reason text) returns boolean language plpgsql as $$
  begin raise exception using errcode = 'SC001', message = reason; end $$;
drop table if exists contract_child; drop table if exists contract;
create table contract (id uuid primary key, size int constraint contract_size_positive check (size > 0), name text not null default '');
create table contract_child (id int primary key, parent uuid constraint contract_child_parent references contract);`;

const insert = sql(
  'contract.insert',
  'insert into contract (id, size) values (:id::uuid, :size::int) returning id::text, size',
);

function fails(failure: DatabaseFailure, reason: string | RegExp, sqlState?: string) {
  return (error: unknown) => {
    assert.ok(error instanceof DatabaseError, String(error));
    assert.equal(error.failure, failure, error.message);
    if (typeof reason === 'string') assert.equal(error.reason, reason);
    else assert.match(error.reason, reason);
    if (sqlState) assert.equal(error.sqlState, sqlState);
    return true;
  };
}

/** What every adapter guarantees. Run by the adapters' tests against a database that the tests may write in. */
export function databaseContract(name: string, database: () => Migratable): void {
  const id = () => crypto.randomUUID();
  const one = async (text: string, parameters = {}) => (await database().all(sql('contract.one', text), parameters))[0];

  test(`${name}: a script of several statements runs, and its schema is there afterwards`, async () => {
    await database().script(schema);
    assert.deepEqual(await database().all(sql('contract.empty', 'select c.size from contract c')), []);
  });

  test(`${name}: a script that fails leaves nothing of itself`, async () => {
    await assert.rejects(database().script('create table half (id int); select 1 / 0;'), fails('broken', /division/));
    assert.deepEqual(await one("select to_regclass('half')::text as half"), { half: null });
  });

  test(`${name}: text, integers, doubles, booleans and nulls come back as they went in`, async () => {
    const row = await one(
      `select :t::text as t, :i::int as i, :b::bigint as b, :d::double precision as d, :y::boolean as y, :n::boolean as n,
        :z::text as z, :j::jsonb::text as j, :u::uuid::text as u, count(*) as c from generate_series(1, 3)`,
      {
        t: '',
        i: -7,
        b: 2 ** 53 - 1,
        d: 0.1,
        y: true,
        n: false,
        z: null,
        j: '{"a": [1, "é"]}',
        u: 'A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11',
      },
    );
    assert.deepEqual(row, {
      t: '',
      i: -7,
      b: 2 ** 53 - 1,
      d: 0.1,
      y: true,
      n: false,
      z: null,
      j: '{"a": [1, "é"]}',
      u: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      c: 3,
    });
  });

  test(`${name}: an integer beyond 2^53 loses no digit`, async () => {
    assert.deepEqual(await one('select 9223372036854775807::bigint as n'), { n: '9223372036854775807' });
  });

  for (const text of [
    "it's :x",
    'a "b" $1 \\ \' -- /* :y::int',
    '名前 😀 é',
    'x'.repeat(1_000_000),
    'line\nbreak\ttab',
  ]) {
    test(`${name}: the text ${JSON.stringify(text.slice(0, 20))} (${text.length}) survives`, async () => {
      assert.deepEqual(await one('select :t::text as t', { t: text }), { t: text });
    });
  }

  test(`${name}: times are UTC whatever the machine's zone is`, async () => {
    assert.deepEqual(await one("select '2026-07-01T12:00:00Z'::timestamptz::text as at"), {
      at: '2026-07-01 12:00:00+00',
    });
  });

  test(`${name}: refuse() reads as refused, with its words as the reason`, async () => {
    const asked = database().all(sql('contract.refuse', 'select refuse(:why::text)'), { why: 'volume is in-use' });
    await assert.rejects(asked, fails('refused', 'volume is in-use', 'SC001'));
  });

  test(`${name}: a violated constraint reads as a conflict, with the constraint's name as the reason`, async () => {
    const key = id();
    await database().all(insert, { id: key, size: 1 });
    await assert.rejects(database().all(insert, { id: key, size: 1 }), fails('conflict', 'contract_pkey', '23505'));
    await assert.rejects(
      database().all(insert, { id: id(), size: 0 }),
      fails('conflict', 'contract_size_positive', '23514'),
    );
    const child = sql('contract.child', 'insert into contract_child values (1, :p::uuid)');
    await assert.rejects(database().all(child, { p: id() }), fails('conflict', 'contract_child_parent', '23503'));
    const unnamed = sql('contract.unnamed', 'insert into contract (id, name) values (:id::uuid, null)');
    await assert.rejects(database().all(unnamed, { id: id() }), fails('conflict', 'name', '23502'));
  });

  test(`${name}: a wrong statement or value reads as broken, and the error names the statement`, async () => {
    await assert.rejects(database().all(sql('contract.typo', 'selec 1')), fails('broken', /syntax error/, '42601'));
    await assert.rejects(database().all(insert, { id: 'no uuid', size: 1 }), fails('broken', /uuid/, '22P02'));
    await assert.rejects(database().all(insert, { id: id() }), fails('broken', /:size/));
    await assert.rejects(database().all(sql('contract.nul', 'select :t::text'), { t: '\0' }), fails('broken', /0x00/));
    await assert.rejects(database().all(sql('contract.named', 'select nothing')), /contract\.named/);
  });

  test(`${name}: two statements in one call are broken`, async () => {
    await assert.rejects(
      database().all(sql('contract.two', 'select 1; select 2')),
      fails('broken', /multiple commands|multistatements/i),
    );
  });

  test(`${name}: fifty statements at once each get their own answer, failures among them`, async () => {
    const asked = Array.from({ length: 50 }, async (_, n) => {
      if (n % 5 === 0)
        return assert.rejects(
          database().all(sql('contract.r', 'select refuse(:w::text)'), { w: `no ${n}` }),
          fails('refused', `no ${n}`),
        );
      if (n % 7 === 0)
        return assert.rejects(
          database().all(sql('contract.bad', 'select no_such_column')),
          fails('broken', /no_such_column/),
        );
      return assert.deepEqual(await one('select :n::int as n, repeat(:t::text, 1000) as t', { n, t: 'x' }), {
        n,
        t: 'x'.repeat(1000),
      });
    });
    await Promise.all(asked);
  });

  test(`${name}: all of a statement happens or none of it`, async () => {
    const [first, second] = [id(), id()];
    const both = sql(
      'contract.both',
      `with a as (insert into contract (id, size) values (:a::uuid, 1) returning id)
      insert into contract_child select 9, a.id from a where refuse('no')`,
    );
    await assert.rejects(database().all(both, { a: first, b: second }), fails('refused', 'no'));
    assert.deepEqual(
      await database().all(sql('contract.find', 'select c.size from contract c where c.id = :a::uuid'), { a: first }),
      [],
    );
  });

  test(`${name}: a statement still works after a script changed the type of its result`, async () => {
    const star = sql('contract.star', 'select * from contract_changing');
    await database().script('drop table if exists contract_changing; create table contract_changing as select 1 as a');
    assert.deepEqual(await database().all(star), [{ a: 1 }]);
    await database().script("alter table contract_changing add column b text default 'x'");
    assert.deepEqual(await database().all(star), [{ a: 1, b: 'x' }]);
  });

  test(`${name}: counting hands out the names in order and begins again`, async () => {
    const counting = countingDatabase(database());
    await counting.all(sql('a.first', 'select 1'));
    await counting.all(sql('a.second', 'select 1'));
    assert.deepEqual(counting.take(), ['a.first', 'a.second']);
    assert.deepEqual(counting.statements, []);
  });
}
