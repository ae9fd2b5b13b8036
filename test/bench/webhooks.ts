// npm run bench:webhooks: what 1,000 subscribers cost whoever creates volumes, in one process.
//
//   npm run bench:webhooks [-- SUBSCRIBERS [ROUNDS]]     1,000 and 3 unless said
//
// Creates until available, at concurrency 8 for 10 s each: without subscriptions, with so many that ask for other
// events, and with so many that ask for every event and are told. Receiver and load share the machine's processors
// with what they measure. DATABASE_URL: on that PostgreSQL, whose tables are replaced.
import { join } from 'node:path';
import { openDatabase } from '../../functions/main.node.ts';
import { sql } from '../../infra/database/port.ts';
import { fileKeyStore } from '../../infra/identity/key-store.ts';
import { systemIds } from '../../infra/ids/system.ts';
import { nodeSecrets } from '../../infra/secrets/node.ts';
import { secretPurpose } from '../../schema/subscriptions.ts';
import { cleanUp } from './cleanup.ts';
import { once } from './client.ts';
import { signIn } from './people.ts';
import { startScript, temporaryFolder } from './service.ts';
import { createAll } from './writes.ts';

const subscribers = Number(process.argv[2] ?? 1000);
const rounds = Number(process.argv[3] ?? 3);
const seconds = 10;
const databaseUrl = process.env.DATABASE_URL ?? null;

const insert = sql(
  'bench.subscriptions',
  `INSERT INTO subscriptions (id, project_id, user_id, all_projects, url, types, secret, transaction, sequence, created_at)
VALUES (:id::uuid, 'bench', 'bench', true, :url::text, '["*"]'::jsonb, :secret::text, 0, 0, now())`,
);
const unlimited = sql('bench.quota', 'UPDATE quota_classes SET hard_limit = -1');
// From now on: nobody is told of the rounds before.
const ask = sql(
  'bench.ask',
  `UPDATE subscriptions s SET state = :state::text, types = :types::jsonb, dispatcher = NULL, fence = s.fence + 1,
  transaction = pg_snapshot_xmin(pg_current_snapshot())::text::bigint, sequence = 0`,
);
const empty = sql('bench.empty', 'DELETE FROM deliveries');

const phases = [
  { name: 'none', state: 'disabled', types: '["*"]' },
  { name: 'others', state: 'enabled', types: '["backup.*"]' },
  { name: 'all', state: 'enabled', types: '["*"]' },
] as const;

const { folder, remove } = temporaryFolder('webhooks');
const options = { folder: join(folder, 'data'), databaseUrl };
const env = {
  SCORIA_DATA: options.folder,
  SCORIA_LOG: 'error',
  SCORIA_WEBHOOK_ALLOW: '127.0.0.0/8',
  ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
};
const start = () => startScript('bin/scoria.ts', ['start', '--json'], env, folder);

async function inDatabase(work: (database: Awaited<ReturnType<typeof openDatabase>>) => Promise<unknown>) {
  const database = await openDatabase(options);
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

try {
  const receiver = await startScript('test/bench/receiver.ts', [], {}, folder);
  const count = async () => Number((await once(receiver.port, { path: '/count' })).body);
  await (await start()).stop();
  const secrets = nodeSecrets(null, fileKeyStore(join(options.folder, 'secret-keys')));
  const ids = systemIds();
  await inDatabase(async (database) => {
    await database.all(unlimited);
    for (let n = 0; n < subscribers; n += 1) {
      const id = ids.uuid();
      const secret = `whsec_${Buffer.from(ids.secret(32), 'base64url').toString('base64')}`;
      const sealed = await secrets.seal(secret, secretPurpose(id));
      await database.all(insert, { id, url: `http://127.0.0.1:${receiver.port}/${n}`, secret: sealed });
    }
  });
  const rates = new Map<string, number[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, state, types } of phases) {
      await inDatabase(async (database) => {
        await database.all(empty);
        await database.all(ask, { state, types });
      });
      const service = await start();
      const who = await signIn(service.port, folder);
      const target = { port: service.port, token: who.token, base: `/v3/${who.projectId}` };
      await createAll(target, 50, 8, seconds);
      const before = await count();
      const { whole, postP50 } = await createAll(target, 1_000_000, 8, seconds);
      const told = (await count()) - before;
      rates.set(name, [...(rates.get(name) ?? []), whole.perSecond]);
      process.stdout.write(
        `${name.padEnd(8)}${whole.perSecond.toFixed(1).padStart(8)} creates/s, POST p50 ${postP50.toFixed(1)} ms, ${(told / seconds).toFixed(0)} webhooks/s\n`,
      );
      await service.stop();
    }
  }
  const of = (name: string) => median(rates.get(name) ?? []);
  for (const name of ['others', 'all']) {
    process.stdout.write(
      `${subscribers} subscribers, ${name}: ${(of(name) / of('none')).toFixed(3)} of the creates without\n`,
    );
  }
} finally {
  await cleanUp();
  await remove();
}
