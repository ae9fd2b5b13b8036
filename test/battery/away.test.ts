// What any request is told when the database goes away before or in the middle of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newestMinor } from '../../functions/http/microversion.ts';
import { databaseError } from '../../infra/database/failure.ts';
import type { Migratable } from '../../infra/database/port.ts';
import * as samples from '../harness/samples.ts';
import { freshDatabase, type Scoria, startScoria } from '../harness/scoria.ts';
import { seedWorld } from '../harness/world.ts';

/** How many statements are still answered; then the database is away. */
let left = Number.POSITIVE_INFINITY;
let hasFailed = false;
let inner: Migratable;
let scoria: Scoria;

before(async () => {
  inner = await freshDatabase();
  const database: Migratable = {
    ...inner,
    async all(statement, parameters) {
      left -= 1;
      if (left >= 0) return inner.all(statement, parameters);
      hasFailed = true;
      throw databaseError(new Error('Connection terminated unexpectedly'), statement.name);
    },
  };
  // biome-ignore lint/suspicious/noExplicitAny: the harness counts on its own databases alone
  scoria = await startScoria({ workers: false, shares: { database: database as any } });
  await seedWorld(inner);
});
after(async () => {
  await scoria.close();
  await inner.close();
});

for (const answered of [0, 1, 2, 3]) {
  test(`a database that is away after ${answered} statements is 503 with Retry-After, whatever was asked`, async () => {
    let failed = 0;
    for (const operation of samples.guarded) {
      left = answered;
      hasFailed = false;
      const path = samples.pathOf(operation, 'own', {}, null);
      const asked = { version: `3.${newestMinor}`, body: samples.bodyOf(operation), as: 'admin' as const };
      const told = await scoria.ask(operation.method, path, asked);
      if (!hasFailed) continue;
      failed += 1;
      const shown = `${operation.name}: ${told.status} ${told.text}`;
      assert.equal(told.status, 503, shown);
      assert.match(told.headers.get('retry-after') ?? '', /^[1-9]\d*$/, shown);
    }
    left = Number.POSITIVE_INFINITY;
    if (answered === 0) assert.ok(failed > 150, `${failed} operations need the database`);
  });
}
