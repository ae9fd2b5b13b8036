// What users make at once. Worth most on a real PostgreSQL (TEST_DATABASE_URL), where statements wait for each other.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { insertCredential } from '../../functions/identity/application-credentials/store.ts';
import { insertProjectLimits } from '../../functions/identity/project-limits/store.ts';
import { insertRegisteredLimits } from '../../functions/identity/registered-limits/store.ts';
import { type Database, DatabaseError, sql } from '../../infra/database/port.ts';
import { freshDatabase } from '../harness/scoria.ts';

let database: Database;
const now = '2026-01-01T00:00:00Z';
before(async () => {
  database = await freshDatabase();
  const of = "'default', 'some', TRUE, now()";
  await database.all(sql('test', `INSERT INTO users (id, domain_id, name, enabled, created_at) VALUES ('u', ${of})`));
  await database.all(
    sql('test', `INSERT INTO projects (id, domain_id, name, enabled, created_at) VALUES ('p', ${of})`),
  );
});
after(() => database.close());

test('credentials with the same new access rules, in whatever order, are made at once', async () => {
  for (let round = 0; round < 30; round += 1) {
    const rules = Array.from({ length: 50 }, (_, n) => ({ service: 's', method: 'GET', path: `/${round}/${n}` }));
    const orders = [rules, [...rules].reverse(), rules, [...rules].reverse()];
    const made = orders.map((order, n) =>
      insertCredential(
        database,
        {
          id: `${round}-${n}`,
          userId: 'u',
          projectId: 'p',
          name: `${round}-${n}`,
          description: null,
          secret: 'hashed',
          roleIds: [],
          isUnrestricted: false,
          expiresAt: null,
          accessRules: order.map((rule, place) => ({ id: `${round}-${n}-${place}`, ...rule })),
        },
        now,
      ),
    );
    const [first, ...others] = await Promise.all(made);
    // Each rule has one id, whoever made it.
    for (const other of others) assert.equal(other, first);
  }
});

/** One of them made its rows; the others were told that these are there. */
function areOneAndConflicts(made: PromiseSettledResult<readonly unknown[]>[], size: number) {
  const told = made.map((one) => {
    if (one.status === 'fulfilled') return one.value.length;
    return one.reason instanceof DatabaseError ? one.reason.failure : one.reason;
  });
  assert.deepEqual(told.sort(), [size, ...made.slice(1).map(() => 'conflict')]);
}

test('limits of the same resources, in whatever order, are made by one at once, and no list waits in a circle', async () => {
  const size = 50;
  const own = { own_services: '["s"]', own_region: 'r' };
  const common = { service_id: 's', region_id: null, description: null };
  for (let round = 0; round < 20; round += 1) {
    const names = Array.from({ length: size }, (_, n) => `${round}-${n}`);
    const orders = [names, [...names].reverse(), names, [...names].reverse()];
    const lists = orders.map((order, n) =>
      order.map((resource_name, place) => ({ ...common, resource_name, id: `${round}-${n}-${place}` })),
    );
    const registered = lists.map((rows) =>
      insertRegisteredLimits(
        database,
        rows.map((row) => ({ ...row, default_limit: 1 })),
        own,
        now,
      ),
    );
    areOneAndConflicts(await Promise.allSettled(registered), size);
    const limits = lists.map((rows) =>
      insertProjectLimits(
        database,
        rows.map((row) => ({ ...row, project_id: 'p', domain_id: null, resource_limit: 1 })),
        now,
      ),
    );
    areOneAndConflicts(await Promise.allSettled(limits), size);
  }
});
