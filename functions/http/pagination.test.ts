// Pages after markers, with rows that have no value for the sort key.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { crowded } from '../../test/budget/crowded.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';
import { snapshotList } from '../snapshots/query.ts';
import { volumeList } from '../volumes/query.ts';
import type { ListSpec } from './list.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
  for (const statement of crowded) await scoria.database.all(statement);
});
after(() => scoria.close());

type Row = { readonly id: string; readonly name: string | null };

async function rowsOf(collection: string, query: string): Promise<Row[]> {
  const told = await scoria.ask('GET', `/v3/${collection}/detail?${query}`, { as: 'otherMember', version: '3.71' });
  assert.equal(told.status, 200, told.text);
  return told.body[collection];
}

async function pagesOf(collection: string, query: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (let page = await rowsOf(collection, `${query}&limit=3`); page.length > 0; ) {
    rows.push(...page);
    page = await rowsOf(collection, `${query}&limit=3&marker=${page.at(-1)?.id}`);
  }
  return rows;
}

const lists: Readonly<Record<string, ListSpec>> = { volumes: volumeList, snapshots: snapshotList };
for (const [collection, spec] of Object.entries(lists)) {
  const sorts = Object.keys(spec.sortKeys).flatMap((key) => [`${key}:asc`, `${key}:desc`]);
  for (const sort of [...sorts, 'size:asc,name:desc', 'name:desc,size:asc', 'name:asc,updated_at:asc']) {
    test(`${collection} sorted by ${sort}: the pages behind each other's markers are the whole list`, async () => {
      const whole = await rowsOf(collection, `sort=${sort}`);
      assert.equal(whole.length, 20);
      assert.ok(whole.some((row) => row.name === null) && whole.some((row) => row.name !== null));
      assert.deepEqual(
        (await pagesOf(collection, `sort=${sort}`)).map((row) => row.id),
        whole.map((row) => row.id),
      );
      assert.deepEqual(
        (await rowsOf(collection, `sort=${sort}&offset=5&limit=4&marker=${whole[3]?.id}`)).map((row) => row.id),
        whole.slice(9, 13).map((row) => row.id),
      );
    });
  }
}
