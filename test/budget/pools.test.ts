// A decision among many pools reads each pool once, in pages, and what is to be placed once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { timestamp } from '../../infra/clock/port.ts';
import { systemClock } from '../../infra/clock/system.ts';
import type { Parameters, Statement } from '../../infra/database/port.ts';
import { webDigests } from '../../infra/digests/web.ts';
import { systemIds } from '../../infra/ids/system.ts';
import { silentLog } from '../../infra/log/lines.ts';
import { schedule } from '../../workers/schedule.ts';
import { readPools } from '../../workers/store/pools.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';
import { fillPools } from '../harness/thousand-pools.ts';

let scoria: Scoria;
const read: { name: string; rows: readonly Readonly<Record<string, unknown>>[] }[] = [];
const clock = systemClock();

before(async () => {
  scoria = await startScoria({ workers: false });
  await fillPools(scoria.database, 100, timestamp(clock));
  const { all } = scoria.database;
  scoria.database.all = async <Row>(statement: Statement, parameters: Parameters = {}): Promise<Row[]> => {
    const rows = await all<Row>(statement, parameters);
    read.push({ name: statement.name, rows: rows as Readonly<Record<string, unknown>>[] });
    return rows;
  };
});
after(() => scoria.close());

test('of 1,000 pools each is read once, 250 a statement, and the volume with its arguments on one row alone', async () => {
  const word = 'a-word-that-only-the-arguments-have';
  const body = { volume: { size: 1 }, 'OS-SCH-HNT:scheduler_hints': { free: word } };
  const made = await scoria.ask('POST', '/v3/volumes', { body });
  const [row] = await scoria.database.all<{ id: string }>({
    name: 'test.operation',
    text: `SELECT id::text AS id FROM operations WHERE resource_id = '${made.body.volume.id}'`,
  });
  read.length = 0;
  const ports = { ...scoria, clock, ids: systemIds(), digests: webDigests(), log: silentLog };
  await schedule(ports, { message: { operation: row?.id ?? '', attempt: 0, kind: 'volume.create' } });
  const pages = read.filter(({ rows }) => rows.some((one) => typeof one.pool === 'string'));
  assert.deepEqual(
    pages.map(({ name, rows }) => [name.replace(/-to-schedule.*/, ''), rows.length]),
    [['operations.claim', 250], ...[250, 250, 250].map((count) => ['pools.read-further', count])],
  );
  const withWord = pages.flatMap(({ rows }) => rows).filter((one) => JSON.stringify(one).includes(word));
  assert.equal(withWord.length, 1);
  const names = (await readPools(scoria.database, timestamp(clock))).map(({ name }) => name);
  assert.equal(new Set(names).size, 1000);
  const bytes = Math.max(...pages.map(({ rows }) => JSON.stringify(rows).length));
  assert.ok(bytes < 2 ** 20, `an answer through the Data API has at most 1 MiB: ${bytes}`);
});
