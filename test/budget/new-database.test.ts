// A database that was made a moment ago, which nobody has analysed, plans as one that has been in use.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Parameters, type Statement, sql } from '../../infra/database/port.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';

let scoria: Scoria;
const sent = new Map<string, { statement: Statement; parameters: Parameters }>();

before(async () => {
  scoria = await startScoria();
  const { all } = scoria.database;
  scoria.database.all = <Row>(statement: Statement, parameters: Parameters = {}): Promise<Row[]> => {
    sent.set(statement.text, { statement, parameters });
    return all<Row>(statement, parameters);
  };
});
after(() => scoria.close());

test('in a new database no statement of a volume’s life is taken for much work', async () => {
  const volume = await scoria.makeVolume();
  assert.equal((await scoria.ask('DELETE', `/v3/volumes/${volume.id}`)).status, 202);
  await scoria.until(`/v3/volumes/${volume.id}`, (told) => told.status === 404);
  const names = [...sent.values()].map(({ statement }) => statement.name);
  assert.ok(
    names.some((name) => name.startsWith('operations.claim-to-schedule')),
    names.join(' '),
  );
  for (const { statement, parameters } of [...sent.values()]) {
    type Plan = { 'QUERY PLAN': string };
    const explain = sql('test.explain', `EXPLAIN ${statement.text}`);
    const [line] = await scoria.database.all<Plan>(explain, parameters);
    const cost = Number(/\.\.([\d.]+) rows/.exec(line?.['QUERY PLAN'] ?? '')?.[1]);
    // A compiler would be asked from 100,000 on; in a database that has been analysed the dearest takes some 600.
    assert.ok(cost < 5000, `${statement.name}: ${line?.['QUERY PLAN']}`);
  }
});
