// What every statement that the service sends must be, so that each of the three executors takes it: parameters that
// bear their type, and columns of text, integer, boolean and double only. Read off the database, which has each one
// prepared after every operation has run once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newestMinor } from '../../functions/http/microversion.ts';
import { sql } from '../../infra/database/port.ts';
import * as samples from '../harness/samples.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';
import { readSources } from '../harness/sources.ts';
import { seedWorld } from '../harness/world.ts';

interface Prepared {
  readonly name: string;
  readonly text: string;
  /** PostgreSQL's names of the column types: `{text,integer}`. */
  readonly results: string;
}

let scoria: Scoria;
let prepared: Prepared[];

const preparedText = sql(
  'test.prepared',
  `SELECT name, statement AS text, COALESCE(result_types::text, '{}') AS results FROM pg_prepared_statements`,
);

before(async () => {
  // Nobody consumes the queue of the world's back end: what waits for it gives up soon.
  scoria = await startScoria({ settings: { connectSeconds: 0 } });
  const { id } = await scoria.makeVolume();
  await scoria.ask('DELETE', `/v3/volumes/${id}`);
  await scoria.until(`/v3/volumes/${id}`, ({ status }) => status === 404);
  const queries = ['', '?limit=1&with_count=true&sort=created_at:asc'];
  for (const operation of samples.guarded) {
    for (const as of ['member', 'admin']) {
      await seedWorld(scoria.database);
      for (const target of ['own', 'absent'] as const) {
        const body = samples.bodyOf(operation, target);
        for (const query of operation.list === undefined ? [''] : queries) {
          const path = samples.pathOf(operation, target) + query;
          await scoria.ask(operation.method, path, { as, version: `3.${newestMinor}`, body });
        }
      }
    }
  }
  const all = await scoria.database.all<Prepared>(preparedText);
  prepared = all.filter((one) => !/^(test|world)\./.test(one.name));
});
after(() => scoria.close());

test('every operation and the work it begins have been seen', () => {
  // A pool of PostgreSQL shows those of one connection only.
  const least = process.env.TEST_DATABASE_URL === undefined ? 40 : 1;
  assert.ok(prepared.length > least, `${prepared.length} statements`);
});

test('every parameter bears its type', () => {
  for (const { name, text } of prepared) {
    const untyped = [...text.matchAll(/\$\d+(?!\d)(?!::\w)/g)].map((found) =>
      text.slice(found.index - 40, found.index + 20),
    );
    assert.deepEqual(untyped, [], name);
  }
});

const takenTypes = new Set(['text', 'integer', 'boolean', 'double precision']);

test('every column is a text, an integer, a boolean or a double', () => {
  const wrong = prepared.flatMap(({ name, text, results }) => {
    const types = results
      .slice(1, -1)
      .split(',')
      .map((one) => one.replaceAll('"', ''));
    const others = types.filter((one) => one !== '' && !takenTypes.has(one));
    // The executors never read the rows of a statement that is sent for its effect.
    return others.length > 0 ? [`${name}: ${others.join(', ')} in ${text.slice(0, 200)}`] : [];
  });
  assert.deepEqual(wrong, []);
});

/** Times, JSON, ids and big numbers come back as text, so a column of theirs has a cast behind it. */
const raw =
  /\bRETURNING\s+(?:\w+\.)?(id|created_at|updated_at|metadata|arguments|deadline|lease_until)\b(?!::)(?=\s*(?:,|`|$))/gm;

test('no statement that nobody ran in this test ends in a raw column either', () => {
  const statements = readSources()
    .filter((one) => !one.isTest)
    .flatMap((one) =>
      [...one.text.matchAll(/(?<![.\w])(?:sql|statement)\(\s*[^,]+,\s*`([^`]*)`/g)].map((found) => ({
        path: one.path,
        text: found[1] ?? '',
      })),
    );
  assert.ok(statements.length > 20);
  const wrong = statements.flatMap(({ path, text }) => {
    // Only a RETURNING that no bracket closes behind it is the statement's answer; the others feed a CTE.
    const last = text.lastIndexOf(')');
    return [...text.slice(last + 1).matchAll(raw)].map((found) => `${path}: ${found[0]}`);
  });
  assert.deepEqual(wrong, []);
});

test('a named parameter in a source is never without its type', () => {
  const wrong = readSources()
    .filter((one) => !one.isTest && /(?<![.\w])sql\(/.test(one.code))
    .flatMap((one) =>
      [...one.text.matchAll(/(?<![\w:'"{])(?<!\?\s):([a-z]\w*)(?!\w|::)/g)]
        .filter((found) => isInSql(one.text, found.index))
        .map((found) => `${one.path}: :${found[1]}`),
    );
  assert.deepEqual(wrong, []);
});

/** Whether a place is between the backticks of a text that looks like SQL. */
function isInSql(text: string, at: number): boolean {
  const before = text.slice(0, at);
  const open = before.lastIndexOf('`');
  const isInside = (before.split('`').length - 1) % 2 === 1;
  return isInside && /\b(SELECT|INSERT|UPDATE|DELETE|WITH|WHERE)\b/.test(text.slice(open, text.indexOf('`', at)));
}
