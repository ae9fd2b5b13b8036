// Every person against every operation, on what is their own, another project's, and not there: with real tokens.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newestMinor } from '../../functions/http/microversion.ts';
import { countingDatabase } from '../../infra/database/counting.ts';
import type { Actor } from '../../infra/identity/port.ts';
import { people, projects } from '../harness/people.ts';
import * as samples from '../harness/samples.ts';
import { type Scoria, startScoria, type Told } from '../harness/scoria.ts';
import { type RealTokens, realTokens } from '../harness/tokens.ts';
import { freshUndoneDatabase } from '../harness/undone.ts';
import { seedWorld } from '../harness/world.ts';
import { type Cell, cells, expected, homeOf, nameOf, type Outcome, projectOf } from './cells.ts';
import { adminFields, leastOf } from './golden.ts';

let scoria: Scoria;
let real: RealTokens;
// Each request finds the world as it was made.
const undone = await freshUndoneDatabase();
const database = countingDatabase(undone);
before(async () => {
  await undone.keep(async () => {
    real = await realTokens(database);
    await seedWorld(database);
  });
  // The projects of the people are in no table: whether they exist is not what this is about.
  const identity = { ...real.identity, projectExists: async () => null };
  scoria = await startScoria({ workers: false, shares: { database }, identity });
});
after(async () => {
  await scoria.close();
  await database.close();
});

/** Who is nobody to the service. */
const strangers = ['nobody', 'expired', 'forged'];
const personas: readonly string[] = [...strangers, ...Object.keys(people)];

function outcomeOf({ status, body }: Told): Outcome | number {
  if (status === 401 || status === 403 || status === 404 || status >= 500) return status;
  return body?.badRequest?.message === 'Malformed request url' ? 'other project' : 'done';
}

async function ask({ operation, target, by }: Cell, as: string): Promise<Told> {
  const home = homeOf(people[as]);
  // What is not asked about is the actor's own, so that only the target decides.
  const at = by === 'path' ? target : home;
  const project = by === 'project' ? projectOf(target) : null;
  const whole = samples.bodyOf(operation, at);
  const body = typeof by === 'string' ? whole : samples.withField(whole, by.field, by.place[target]);
  const token = as === 'nobody' ? null : (real.tokens[as] ?? null);
  const told = await scoria.ask(operation.method, samples.pathOf(operation, at, {}, project), {
    as: token,
    version: `3.${newestMinor}`,
    body,
  });
  await undone.undo();
  return told;
}

let asked = 0;
for (const as of personas) {
  test(`${as} may do what the reference says, and nothing else`, async () => {
    const actor: Actor | undefined = people[as];
    const wrong: string[] = [];
    for (const cell of cells) {
      asked += 1;
      const told = await ask(cell, as);
      const wanted = expected(cell, actor);
      if (outcomeOf(told) === wanted) continue;
      wrong.push(`${nameOf(cell)}: ${told.status}, not ${wanted}: ${told.text.slice(0, 200)}`);
    }
    assert.deepEqual(wrong, []);
  });
}

test('the matrix has all of its cells', (context) => {
  context.diagnostic(`${asked} cells: ${personas.length} personas, ${cells.length} operations on targets`);
  assert.equal(asked, personas.length * cells.length);
  assert.ok(asked >= 10_000);
});
/** What a request comes to, but for the ids that it names and those of the request itself. */
async function traceOf(cell: Cell, as: string): Promise<unknown> {
  const { operation, target, by } = cell;
  const place = typeof by === 'string' ? samples.placeOf(operation) : by.place;
  database.take();
  const told = await ask(cell, as);
  return {
    status: told.status,
    text: told.text.replaceAll(place?.[target] ?? '', 'ID'),
    headers: [...told.headers].filter(([name]) => !name.endsWith('-request-id')),
    // What others have revoked is read now and then, whatever is asked.
    statements: database.take().filter((name) => name !== 'identity.revocations'),
  };
}

test("what is another project's answers exactly as what is not there: body, headers and statements", async () => {
  let compared = 0;
  for (const cell of cells) {
    const place = typeof cell.by === 'string' ? samples.placeOf(cell.operation) : cell.by.place;
    if (cell.target !== 'absent' || place?.kind !== 'scoped' || cell.by === 'project') continue;
    for (const [as, actor] of Object.entries(people)) {
      if (actor.roles.has('admin')) continue; // reaches every project
      const theirs = await traceOf({ ...cell, target: homeOf(actor) === 'own' ? 'foreign' : 'own' }, as);
      const none = await traceOf(cell, as);
      assert.deepEqual(theirs, none, `${as} ${nameOf(cell)}`);
      compared += 1;
      // The volumes of the world are in no group, so that none can be taken out of one.
      const isAskable = leastOf(cell.operation.name) !== 'admin' && !nameOf(cell).endsWith('remove_volumes');
      if (as !== 'member' || !isAskable) continue;
      assert.notDeepEqual(await traceOf({ ...cell, target: 'own' }, as), none, nameOf(cell));
    }
  }
  assert.ok(compared > 1000, String(compared));
});

test('a list of one project holds nothing of another, whatever is asked', async () => {
  const lists = samples.guarded.filter((one) => one.method === 'GET' && samples.placesIn(one).length === 0);
  for (const operation of lists) {
    for (const query of ['', '?all_tenants=1', '?all_tenants=True&limit=1000', `?project_id=${projects.other}`]) {
      const path = samples.pathOf(operation, 'own') + query;
      const told = await scoria.ask('GET', path, { as: real.tokens.member ?? '', version: `3.${newestMinor}` });
      for (const place of samples.scopedPlaces) {
        assert.ok(!told.text.includes(place.foreign), `${operation.name}${query} shows ${place.foreign}`);
      }
    }
  }
});

test('the fields that only an admin sees are seen by an admin and by nobody else', async () => {
  for (const [where, fields] of Object.entries(adminFields)) {
    const [name, key = ''] = where.split(' ');
    const operation = samples.operations.find((one) => one.name === name);
    assert.ok(operation, where);
    for (const as of ['reader', 'member', 'manager', 'admin']) {
      const told = await ask({ operation, target: 'own', by: 'path' }, as);
      const seen = fields.filter((field) => Object.hasOwn(told.body[key], field));
      assert.deepEqual(seen, as === 'admin' ? fields : [], `${where} ${as}`);
    }
  }
});
