// Every person against every operation, on what is their own, another project's, and not there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newestMinor } from '../../functions/http/microversion.ts';
import type { Operation } from '../../functions/http/operation.ts';
import type { Actor } from '../../infra/identity/port.ts';
import { people, projects } from '../harness/people.ts';
import * as samples from '../harness/samples.ts';
import { type Scoria, startScoria, type Told } from '../harness/scoria.ts';
import { seedWorld, type Target } from '../harness/world.ts';
import type { Role } from '../reference/rows.ts';
import { adminFields, hidden, leastOf } from './golden.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
  await seedWorld(scoria.database);
});
after(() => scoria.close());

/** What an answer may be. `done` is success or a refusal for another reason than who asks: 400, 409, 413. */
type Outcome = 401 | 403 | 404 | 'done';

const projectOf: Readonly<Record<Target, string | null>> = { own: projects.own, foreign: projects.other, absent: null };

/** Whether the rule lets the actor pass, for a target of that project. */
function passes(least: Role, actor: Actor, projectId: string | null): boolean {
  if (least === 'open' || least === 'anyone' || actor.roles.has('admin')) return true;
  if (least === 'admin') return false;
  return actor.roles.has(least) && projectId !== null && actor.projectId === projectId;
}

/** Operations whose body names the target, where there is none to name. */
const namesNothing = new Set(['cluster-enable', 'cluster-disable']);

/** What the reference says that the actor is told. */
function expected(operation: Operation, actor: Actor | undefined, target: Target): Outcome {
  const least = leastOf(operation.name);
  if (least === 'open') return 'done';
  if (actor === undefined) return 401;
  const place = samples.placeOf(operation);
  const kind = place?.kind ?? 'free';
  // The path of a quota set names the project that the rule asks about; elsewhere it is the actor's own.
  const asked = kind === 'project' ? (projectOf[target] ?? 'another') : actor.projectId;
  const mayPass = passes(least, actor, asked);
  const isThere =
    kind === 'scoped'
      ? target !== 'absent' && (actor.roles.has('admin') || actor.projectId === projectOf[target])
      : kind !== 'none' && !(kind === 'named' && target === 'absent');
  if (mayPass) return isThere && !namesNothing.has(operation.name) ? 'done' : 404;
  if (place?.policyFirst === true) return 403;
  return isThere && !hidden.has(operation.name) ? 403 : 404;
}

const outcomeOf = ({ status }: Told): Outcome | number =>
  status === 401 || status === 403 || status === 404 || status >= 500 ? status : 'done';

const targetsOf = (operation: Operation): Target[] =>
  samples.placeOf(operation) === null ? ['own'] : ['own', 'foreign', 'absent'];

async function ask(operation: Operation, as: string | null, target: Target): Promise<Told> {
  // What a body names besides the path is the actor's own, so that only the path decides.
  const isOther = as !== null && people[as]?.projectId === projects.other;
  const body = samples.bodyOf(operation, samples.placeOf(operation) === null && isOther ? 'foreign' : target);
  const path = samples.pathOf(operation, target);
  const told = await scoria.ask(operation.method, path, { as, version: `3.${newestMinor}`, body });
  if (told.status < 300 && operation.method !== 'GET') await seedWorld(scoria.database);
  return told;
}

const strangers = [null, 'forged'];
for (const as of [...strangers, ...Object.keys(people)]) {
  test(`${as ?? 'nobody'} may do what the reference says, and nothing else`, async () => {
    const actor = as === null ? undefined : people[as];
    const wrong: string[] = [];
    for (const operation of samples.operations) {
      for (const target of targetsOf(operation)) {
        const told = await ask(operation, as, target);
        const wanted = expected(operation, actor, target);
        if (outcomeOf(told) === wanted) continue;
        wrong.push(`${operation.name} ${target}: ${told.status}, not ${wanted}: ${told.text.slice(0, 200)}`);
      }
    }
    assert.deepEqual(wrong, []);
  });
}

test("what is another project's answers exactly as what is not there, to everybody but an admin", async () => {
  const scoped = samples.guarded.filter((one) => samples.placeOf(one)?.kind === 'scoped');
  for (const [as, actor] of Object.entries(people)) {
    if (actor.roles.has('admin')) continue;
    const foreign: Target = actor.projectId === projects.own ? 'foreign' : 'own';
    for (const operation of scoped) {
      const place = samples.placeOf(operation);
      const theirs = await ask(operation, as, foreign);
      const none = await ask(operation, as, 'absent');
      const shown = `${as} ${operation.name}`;
      assert.equal(theirs.status, none.status, `${shown}: ${theirs.text}`);
      assert.equal(theirs.text.replaceAll(place?.[foreign] ?? '', place?.absent ?? ''), none.text, shown);
      assert.deepEqual(headersOf(theirs), headersOf(none), shown);
    }
  }
});

/** The headers but for what differs from request to request. */
function headersOf(told: Told): [string, string][] {
  return [...told.headers].filter(([name]) => !name.endsWith('-request-id'));
}

test("another project's id in a body answers exactly as an absent one", async () => {
  // An admin reaches every project, so there is nothing to tell apart.
  const withIds = samples.guarded.filter((one) => leastOf(one.name) !== 'admin' && idFields(one).length > 0);
  assert.ok(withIds.length > 0);
  for (const operation of withIds) {
    for (const { path, own, foreign, absent } of idFields(operation)) {
      const send = (id: string) => {
        const body = samples.withField(samples.bodyOf(operation, 'own'), path, id);
        const asked = { version: `3.${newestMinor}`, body };
        return scoria.ask(operation.method, samples.pathOf(operation, 'own'), asked);
      };
      const theirs = await send(foreign);
      const none = await send(absent);
      assert.equal(theirs.text.replaceAll(foreign, absent), none.text, `${operation.name} ${path.join('.')}`);
      assert.equal(theirs.status, none.status);
      assert.notEqual((await send(own)).text.replaceAll(own, absent), none.text, `${operation.name} ${path.join('.')}`);
      await seedWorld(scoria.database);
    }
  }
});

/** Fields of a body that hold the id of something in the world. */
function idFields(operation: Operation) {
  if (operation.body === undefined) return [];
  return samples.fieldsOf(operation.body).flatMap(({ path }) => {
    const name = path.at(-1) === 'source_volid' ? 'volume_id' : (path.at(-1) ?? '');
    const place = samples.placeNamed(name);
    return place?.kind === 'scoped' ? [{ path, ...place }] : [];
  });
}

test('a list of one project holds nothing of another, whatever is asked', async () => {
  const lists = samples.guarded.filter((one) => one.method === 'GET' && samples.placesIn(one).length === 0);
  for (const operation of lists) {
    for (const query of ['', '?all_tenants=1', '?all_tenants=True&limit=1000', `?project_id=${projects.other}`]) {
      const path = samples.pathOf(operation, 'own') + query;
      const told = await scoria.ask('GET', path, { as: 'member', version: `3.${newestMinor}` });
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
      const told = await ask(operation, as, 'own');
      const seen = fields.filter((field) => Object.hasOwn(told.body[key], field));
      assert.deepEqual(seen, as === 'admin' ? fields : [], `${where} ${as}`);
    }
  }
});
