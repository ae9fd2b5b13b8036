// What users make at once. Worth most on a real PostgreSQL (TEST_DATABASE_URL), where statements wait for each other.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { insertCredential } from '../../functions/identity/application-credentials/store.ts';
import { type Database, sql } from '../../infra/database/port.ts';
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
