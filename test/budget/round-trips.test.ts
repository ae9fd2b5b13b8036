// How many statements each operation sends, allowed and refused alike. A statement is a round trip of 5 to 30 ms
// where the database is another machine.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { newestMinor } from '../../functions/http/microversion.ts';
import type { Operation } from '../../functions/http/operation.ts';
import * as samples from '../harness/samples.ts';
import { type Scoria, startScoria, type Told } from '../harness/scoria.ts';
import { seedWorld, type Target } from '../harness/world.ts';
import { leastOf } from '../rbac/golden.ts';
import { budgetOf, budgets } from './budgets.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());
beforeEach(() => seedWorld(scoria.database));

const version = `3.${newestMinor}`;

/** Reads that take two statements where one would do: each with its reason. */
const wider: Readonly<Record<string, number>> = {
  // Totals, and from 3.36 the metadata in use.
  'volume-summary': 2,
  // With volume_type: the type's extra specs first.
  'pool-list': 2,
  // Lists that a back end answers: the question, and its answer.
  'manageable-volume-list': 2,
  'manageable-volume-list-detail': 2,
  'manageable-snapshot-list': 2,
  'manageable-snapshot-list-detail': 2,
  'volume-manage-list': 2,
  'volume-manage-list-detail': 2,
  'snapshot-manage-list': 2,
  'snapshot-manage-list-detail': 2,
};

const isList = (operation: Operation) => operation.list !== undefined;
const isRead = (operation: Operation) =>
  operation.method === 'GET' && !/^qos-specs-(dis)?associate/.test(operation.name);

test('every operation has a row in budgets.ts, and no row is of anything else', () => {
  const names = samples.operations.map((one) => one.name);
  assert.deepEqual(
    names.filter((name) => budgets[name] === undefined),
    [],
    'write a row for each of these in test/budget/budgets.ts: the statements that it sends at most',
  );
  assert.deepEqual(
    Object.keys(budgets).filter((name) => !names.includes(name)),
    [],
    'no operation has these names: take their rows out of test/budget/budgets.ts',
  );
});

test('no row allows more than the design: a read 1, a list 2, a change 2', () => {
  for (const operation of samples.operations) {
    const most = isRead(operation) && !isList(operation) ? (wider[operation.name] ?? 1) : 2;
    assert.ok(
      budgetOf(operation.name) <= most,
      `${operation.name}: its row in test/budget/budgets.ts says ${budgetOf(operation.name)}`,
    );
  }
});

async function spend(operation: Operation, as: string | null, target: Target, query = ''): Promise<Told> {
  scoria.database.take();
  const body = samples.bodyOf(operation, target);
  const told = await scoria.ask(operation.method, samples.pathOf(operation, target) + query, { as, version, body });
  const sent = scoria.database.take();
  const shown = `${operation.name} ${as} ${target}${query}: ${told.status} with ${sent.join(', ')}`;
  const budget = told.status === 401 ? 0 : budgetOf(operation.name);
  assert.ok(sent.length <= budget, `${shown}: more than ${budget}, its row in test/budget/budgets.ts`);
  return told;
}

for (const as of [null, 'member', 'admin', 'reader', 'otherMember']) {
  test(`every operation keeps to its budget for ${as ?? 'nobody'}`, async () => {
    for (const operation of samples.operations) {
      for (const target of ['own', 'foreign', 'absent'] as const) {
        const told = await spend(operation, as, target);
        if (told.status < 300 && operation.method !== 'GET') await seedWorld(scoria.database);
      }
    }
  });
}

test('a list with a marker, a count, a sort and filters sends two statements', async () => {
  const lists = samples.guarded.filter((one) => one.list !== undefined);
  for (const operation of lists) {
    const { collection = '' } = operation.list ?? {};
    const as = leastOf(operation.name) === 'admin' ? 'admin' : 'member';
    const all = await spend(operation, as, 'own');
    const id = all.body[collection][0].id;
    await spend(operation, as, 'own', `?marker=${id}&limit=1&with_count=true&sort=created_at:asc,id:desc`);
    await spend(operation, as, 'own', '?marker=99999999-9999-4999-8999-999999999999&with_count=true');
    await spend(operation, 'admin', 'own', '?all_tenants=1&with_count=true&limit=1');
  }
});

test('a change that its state refuses sends two statements', async () => {
  await scoria.database.all({ name: 'test.busy', text: `UPDATE volumes SET status = 'deleting'` });
  await scoria.database.all({ name: 'test.busy', text: `UPDATE snapshots SET status = 'deleting'` });
  for (const operation of samples.guarded.filter((one) => one.method !== 'GET')) {
    await spend(operation, 'member', 'own');
  }
});

test('a change that its quota refuses sends two statements', async () => {
  await scoria.database.all({ name: 'test.full', text: 'UPDATE quotas SET hard_limit = 0' });
  for (const operation of samples.guarded.filter((one) => one.method === 'POST')) {
    await spend(operation, 'member', 'own');
  }
});
