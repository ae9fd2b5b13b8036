// Empty strings where a body names something: an empty name names nothing, and nothing is made of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TSchema } from '@sinclair/typebox';
import { newestMinor } from '../../functions/http/microversion.ts';
import { asValueSchema } from '../../functions/http/schemas.ts';
import { countingDatabase } from '../../infra/database/counting.ts';
import * as samples from '../harness/samples.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';
import { freshUndoneDatabase, type UndoneDatabase } from '../harness/undone.ts';
import { seedWorld } from '../harness/world.ts';

let scoria: Scoria;
let database: UndoneDatabase;
before(async () => {
  database = await freshUndoneDatabase();
  scoria = await startScoria({ workers: false, shares: { database: countingDatabase(database) } });
});
after(async () => {
  await scoria.close();
  await database.close();
});

/** Texts that say which one is meant. Ids are known by their format. */
const names = new Set(
  `imageRef image_id volume_type new_type group_type default_type availability_zone host host_name cluster cluster_name
  binary service server backend_id secondary_backend_id auth_key project backup_service backup_url image_name key`.split(
    /\s+/,
  ),
);

/** Where Cinder takes an empty one for none. */
const isNone = new Set([
  'volume-create volume.volume_type',
  'manageable-volume-manage volume.volume_type',
  'volume-manage volume.volume_type',
  'manageable-volume-manage volume.availability_zone',
  'volume-manage volume.availability_zone',
  ...['enable', 'disable', 'disable-log-reason', 'freeze', 'thaw', 'failover-host', 'failover'].map(
    (verb) => `service-${verb} cluster`,
  ),
  'service-failover-host backend_id',
  'service-failover backend_id',
  'group-failover-replication failover_replication.secondary_backend_id',
  'service-get-log binary',
  'service-get-log server',
  'service-set-log binary',
  'service-set-log server',
]);

const isId = (schema: TSchema) => schema.format === 'uuid';

const fields = samples.guarded.flatMap((operation) =>
  (operation.body === undefined ? [] : samples.fieldsOf(operation.body))
    .filter(({ path, schema }) => asValueSchema(schema) !== null && (isId(schema) || names.has(path.at(-1) ?? '')))
    .map(({ path }) => ({ operation, path, label: `${operation.name} ${path.join('.')}` })),
);

/** The answer to a body with one field set. */
async function told(operation: (typeof samples.guarded)[number], path: readonly string[], value: unknown) {
  await database.keep(() => seedWorld(database));
  const answer = await scoria.ask(operation.method, samples.pathOf(operation, 'own'), {
    as: 'admin',
    version: `3.${newestMinor}`,
    body: samples.withField(samples.bodyOf(operation), path, value),
  });
  await database.undo();
  return answer;
}

test(`an empty string in place of an id or a name is refused (${fields.length} fields)`, async () => {
  assert.ok(fields.length > 60, 'the fields are found');
  for (const { operation, path, label } of fields) {
    if (isNone.has(label)) continue;
    for (const value of ['', '  ']) {
      const { status, text } = await told(operation, path, value);
      assert.ok(
        status === 400 || (status === 404 && operation.name.startsWith('cluster')),
        `${label}: ${status} ${text}`,
      );
    }
  }
});

test('where Cinder takes an empty name for none, the answer is the same as without it', async () => {
  for (const label of isNone) {
    const found = fields.find((one) => one.label === label);
    assert.ok(found !== undefined, label);
    const empty = await told(found.operation, found.path, '');
    const none = await told(found.operation, found.path, null);
    assert.equal(empty.status, none.status, `${label}: ${empty.text}`);
  }
});
