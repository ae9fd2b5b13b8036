// What each operation costs, measured: statements and bytes through the Data API (an emulator of it), messages, from
// the request until a worker has ended its work.
import { systemClock } from '../../infra/clock/system.ts';
import { countingDatabase } from '../../infra/database/counting.ts';
import { sdkTransport } from '../../infra/database/data-api/sdk.ts';
import type { DataApiTransport } from '../../infra/database/data-api/transport.ts';
import { dataApiDatabase } from '../../infra/database/data-api.ts';
import { readMigrations } from '../../infra/database/migrations.ts';
import { databaseTemplate } from '../../infra/database/template.ts';
import { fill } from '../bench/fill.ts';
import { aside } from '../budget/working.ts';
import { startDataApi } from '../emulators/data-api/server.ts';
import { freshDatabase, type Scoria, startScoria } from '../harness/scoria.ts';

export interface Cost {
  readonly statements: number;
  readonly messages: number;
  /** To the Data API and back, as JSON. */
  readonly bytes: number;
}

export const operations = [
  'a volume, until it is available',
  'show a volume',
  'list 100 volumes with details',
  'attach: attachment, connector, complete',
  'detach',
  'snapshot, until it is available',
  'delete a snapshot',
  'extend by one GiB',
  'delete a volume',
] as const;

export type Operation = (typeof operations)[number];
export type Costs = Readonly<Record<Operation, Cost>>;

/** The bytes of each call, by what it runs. */
function weighed(inner: DataApiTransport, heard: (sql: string, bytes: number) => void): DataApiTransport {
  return {
    close: () => inner.close(),
    async call(operation, input) {
      const answer = await inner.call(operation, input);
      const { $metadata: _, ...told } = answer as Record<string, unknown>;
      const bytes = Buffer.byteLength(JSON.stringify(input)) + Buffer.byteLength(JSON.stringify(told));
      heard(String(input.sql ?? operation), bytes);
      return answer;
    },
  };
}

/** Bytes of the database for each volume at rest, with its indexes and a tenth of an attachment. */
export async function measureRow(): Promise<number> {
  const database = await freshDatabase();
  try {
    const size = {
      name: 'figures.size',
      text: 'SELECT pg_database_size(current_database())::double precision AS bytes',
    };
    const bytes = async () => (await database.all<{ bytes: number }>(size))[0]?.bytes ?? 0;
    const type = `INSERT INTO volume_types (id, name, created_at) VALUES ('00000000-0000-4000-8000-000000000001', 'filled', now())
  ON CONFLICT DO NOTHING`;
    await database.all({ name: 'figures.type', text: type });
    const before = await bytes();
    const count = 20_000;
    await fill(database, { projectId: 'figures', userId: 'figures' }, 1, count);
    return Math.round(((await bytes()) - before) / count);
  } finally {
    await database.close();
  }
}

/** Runs each operation once and counts. What runs by the clock beside it is left out. */
export async function measureCosts(): Promise<Costs> {
  process.env.AWS_ACCESS_KEY_ID ??= 'key-of-the-figures';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'secret-of-the-figures';
  const api = await startDataApi({ backend: { template: await databaseTemplate(readMigrations()) } });
  const calls: number[] = [];
  const database = countingDatabase(
    dataApiDatabase({
      transport: weighed(sdkTransport({ region: 'us-east-1', endpoint: api.url }), (_, bytes) => calls.push(bytes)),
      cluster: 'arn:aws:rds:us-east-1:000000000000:cluster:scoria-production-databasecluster',
      secret: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:scoria-production-database',
      database: 'scoria',
      clock: systemClock(),
    }),
  );
  const scoria = await startScoria({ shares: { database }, backendCount: 1 });
  try {
    return await measured(scoria, calls);
  } finally {
    await scoria.close();
    await database.close();
    await api.close();
  }
}

async function measured(scoria: Scoria, calls: number[]): Promise<Costs> {
  const quota = { name: 'figures.quota', text: 'UPDATE quota_classes SET hard_limit = -1' };
  await scoria.database.all(quota);
  const newest = { version: '3.71' } as const;
  // biome-ignore lint/suspicious/noExplicitAny: answers are read field by field
  const ask = async (method: string, path: string, body?: object, headers = {}): Promise<any> => {
    const told = await scoria.ask(method, path, { ...newest, headers, ...(body === undefined ? {} : { body }) });
    if (told.status >= 300) throw new Error(`${method} ${path}: ${told.status} ${told.text}`);
    return told.body;
  };
  /** Ends when no statement has been sent for a while: then the work has ended too. What asks of us is not counted. */
  const rest = async () => {
    for (let quiet = 0, seen = -1; quiet < 20; ) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      quiet = scoria.database.underWay === 0 && seen === scoria.database.statements.length ? quiet + 1 : 0;
      seen = scoria.database.statements.length;
    }
  };
  const sent = () => [...scoria.queue.sent.values()].reduce((sum, one) => sum + one, 0);
  async function costOf(run: () => Promise<unknown>): Promise<Cost> {
    await rest();
    scoria.database.take();
    calls.length = 0;
    const before = sent();
    await run();
    await rest();
    const names = scoria.database.take();
    // Each statement is one call here: none of these is read in pieces.
    const own = names.flatMap((name, at) => (aside.test(name) && !/show|list/.test(name) ? [] : [calls[at] ?? 0]));
    return { statements: own.length, messages: sent() - before, bytes: own.reduce((sum, one) => sum + one, 0) };
  }
  const body = { volume: { size: 1, name: 'web-1', metadata: { team: 'web', purpose: 'database' } } };
  for (let n = 0; n < 100; n += 1) await ask('POST', '/v3/volumes', body);
  const created = await costOf(() => ask('POST', '/v3/volumes', body));
  const { volumes } = await ask('GET', '/v3/volumes?limit=1');
  const path = `/v3/volumes/${volumes[0].id}`;
  let attachment = '';
  let snapshot = '';
  return {
    'a volume, until it is available': created,
    'show a volume': await costOf(() => ask('GET', path)),
    'list 100 volumes with details': await costOf(() => ask('GET', '/v3/volumes/detail?limit=100')),
    'attach: attachment, connector, complete': await costOf(async () => {
      const server = '00000000-0000-4000-8000-00000000abcd';
      const wanted = { attachment: { volume_uuid: volumes[0].id, instance_uuid: server } };
      attachment = (await ask('POST', '/v3/attachments', wanted)).attachment.id;
      const connector = { host: 'compute-1', ip: '10.0.0.1', initiator: 'iqn.1993-08.org.debian:01:abcdef' };
      await ask('PUT', `/v3/attachments/${attachment}`, { attachment: { connector } });
      await ask('POST', `/v3/attachments/${attachment}/action`, { 'os-complete': null });
    }),
    // As Nova does it.
    detach: await costOf(() =>
      ask('DELETE', `/v3/attachments/${attachment}`, undefined, { 'X-Service-Token': 'service' }),
    ),
    'snapshot, until it is available': await costOf(async () => {
      const wanted = { snapshot: { volume_id: volumes[0].id, name: 'before' } };
      snapshot = (await ask('POST', '/v3/snapshots', wanted)).snapshot.id;
    }),
    'delete a snapshot': await costOf(() => ask('DELETE', `/v3/snapshots/${snapshot}`)),
    'extend by one GiB': await costOf(() => ask('POST', `${path}/action`, { 'os-extend': { new_size: 2 } })),
    'delete a volume': await costOf(() => ask('DELETE', path)),
  };
}
