import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Migration, MigrationError, migrate } from './migrate.ts';
import { type Migratable, sql } from './port.ts';

const first: Migration = {
  id: '0001-first',
  text: `create table moves (n int); insert into moves values (1);
    create or replace function moved() returns int language plpgsql as $$ begin return 1; end; $$;`,
};
const second: Migration = { id: '0002-second', text: 'insert into moves values (2)' };
const third: Migration = { id: '0003-third', text: 'insert into moves values (3)' };

const clean = 'drop table if exists scoria_migrations; drop table if exists moves;';
const moves = sql('moves.all', 'select m.n from moves m order by m.n');

/** What migrate() guarantees on every adapter. */
export function migrateContract(name: string, database: () => Migratable): void {
  const made = async () => (await database().all<{ n: number }>(moves)).map((row) => row.n);

  test(`${name}: migrations apply in order, once, and say which were applied`, async () => {
    await database().script(clean);
    assert.deepEqual(await migrate(database(), [first]), ['0001-first']);
    assert.deepEqual(await migrate(database(), [first, second]), ['0002-second']);
    assert.deepEqual(await migrate(database(), [first, second]), []);
    assert.deepEqual(await made(), [1, 2]);
  });

  test(`${name}: starters at the same moment apply each migration once between them`, async () => {
    await database().script(clean);
    const lists = await Promise.all(Array.from({ length: 8 }, () => migrate(database(), [first, second, third])));
    assert.deepEqual(lists.flat().sort(), ['0001-first', '0002-second', '0003-third']);
    assert.deepEqual(await made(), [1, 2, 3]);
  });

  test(`${name}: an applied migration with another text is refused, and nothing else is applied`, async () => {
    const edited = { ...second, text: `${second.text} ` };
    const fourth = { id: '0004-fourth', text: 'insert into moves values (4)' };
    await assert.rejects(
      migrate(database(), [first, edited, third, fourth]),
      /0002-second has been applied .* another text/,
    );
    assert.deepEqual(await made(), [1, 2, 3]);
  });

  test(`${name}: a migration that fails leaves neither a trace nor a line, and can be tried again`, async () => {
    const failing = { id: '0004-fourth', text: 'insert into moves values (4); select 1 / 0;' };
    await assert.rejects(migrate(database(), [first, second, third, failing]), /division by zero/);
    assert.deepEqual(await made(), [1, 2, 3]);
    const mended = { id: '0004-fourth', text: 'insert into moves values (4)' };
    assert.deepEqual(await migrate(database(), [first, second, third, mended]), ['0004-fourth']);
  });

  test(`${name}: a list out of order, twice the same, or going back before what was applied is refused`, async () => {
    const between = { id: '0002-z', text: 'select 1' };
    await assert.rejects(migrate(database(), [second, first]), MigrationError);
    await assert.rejects(migrate(database(), [first, first]), MigrationError);
    await assert.rejects(migrate(database(), [first, second, between, third]), /0002-z is new, but 000\d/);
    await assert.rejects(migrate(database(), [{ id: "0009'; --", text: '' }]), /letters/);
  });

  test(`${name}: a migration that ends its own transaction is refused`, async () => {
    const ending = { id: '0005-ends', text: 'insert into moves values (5);\ncommit;' };
    await assert.rejects(migrate(database(), [ending]), /COMMIT/);
    assert.deepEqual(await made(), [1, 2, 3, 4]);
  });
}
