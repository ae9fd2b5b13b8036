// How each sort key and each filter of the list of volumes grows with the project that has them.
//
//   npm run bench:scale                          1,000, 100,000 and 1,000,000 volumes, on PostgreSQL (a cluster of its own)
//   npm run bench:scale -- --pglite --sizes 1000,100000
//   npm run bench:scale -- --write               puts what grows into docs/performance.md
import { join } from 'node:path';
import { openDatabase } from '../../functions/main.node.ts';
import { volumeList } from '../../functions/volumes/query.ts';
import { cleanUp, cleanUpOnSignals } from './cleanup.ts';
import { Connection, requestBytes } from './client.ts';
import { fill, nameOf, volumeId } from './fill.ts';
import { signIn } from './people.ts';
import { findPostgres, startCluster } from './postgres-cluster.ts';
import { writeScalePage } from './scale-page.ts';
import { type Running, startService, temporaryFolder } from './service.ts';

const say = (line: string) => process.stderr.write(`scale: ${line}\n`);
const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** A value that few volumes have, or none: what has to be looked for longest. */
const rare: Readonly<Record<string, (volumes: number) => string>> = {
  name: (volumes) => nameOf(volumes >> 1),
  display_name: (volumes) => nameOf(volumes >> 1),
  status: () => 'error',
  metadata: () => '{"team": "team-3"}',
  glance_metadata: () => '{"a": "b"}',
  bootable: () => 'true',
  size: () => '7',
  id: (volumes) => volumeId(volumes >> 1),
  created_at: () => 'lt:2026-01-01T00:02:00',
  updated_at: () => 'lt:2026-01-01T00:02:00',
  consumes_quota: () => 'false',
  multiattach: () => 'true',
};
const others: Readonly<Record<string, string>> = {
  uuid: '00000000-0000-4000-8000-0000000000ff',
  text: 'nothing-has-this',
};

/** What is asked, by its name. */
function questions(volumes: number): ReadonlyMap<string, string> {
  const list = (query: string) => `/volumes/detail?limit=100${query}`;
  const half = volumeId(volumes >> 1);
  const asked = new Map([
    ['show', `/volumes/${half}`],
    ['first page', list('')],
    ['offset at 90 %', list(`&offset=${Math.floor(volumes * 0.9)}`)],
    ['with_count', list('&with_count=true')],
    ['with_count of a status', list('&with_count=true&status=available')],
    ['summary', '/volumes/summary'],
  ]);
  for (const key of Object.keys(volumeList.sortKeys)) {
    for (const way of ['asc', 'desc']) {
      asked.set(`sort ${key} ${way}`, list(`&sort=${key}:${way}`));
      asked.set(`sort ${key} ${way}, behind the middle`, list(`&sort=${key}:${way}&marker=${half}`));
    }
  }
  for (const [name, { kind }] of Object.entries(volumeList.filters)) {
    if (name === 'tenant_id') continue;
    const value = encodeURIComponent(rare[name]?.(volumes) ?? others[kind] ?? 'true');
    asked.set(`filter ${name}`, list(`&${name}=${value}`));
    asked.set(`filter ${name} in all projects`, list(`&all_tenants=1&${name}=${value}`));
  }
  return asked;
}

/** Milliseconds of each, one at a time: the median of five, or of what half a second holds. */
async function measure(service: Running, base: string, token: string, volumes: number) {
  const connection = await Connection.open(service.port);
  const took = new Map<string, number>();
  for (const [name, path] of questions(volumes)) {
    const request = requestBytes({ path: `${base}${path}`, token });
    const times: number[] = [];
    for (let n = 0, spent = 0; n < 6 && spent < 500; n += 1) {
      const begun = performance.now();
      const reply = await connection.send(request);
      if (reply.status !== 200) throw new Error(`${path}: ${reply.status}`);
      times.push(performance.now() - begun);
      spent += times.at(-1) ?? 0;
    }
    // The first opened caches; where there is no second it has to do.
    took.set(name, middle(times.length > 1 ? times.slice(1) : times));
  }
  connection.close();
  return took;
}

function print(sizes: readonly number[], all: readonly ReadonlyMap<string, number>[]): void {
  const cells = (name: string, values: readonly string[]) =>
    `${name.padEnd(44)}${values.map((v) => v.padStart(12)).join('')}\n`;
  process.stdout.write(
    cells(
      'milliseconds, one at a time',
      sizes.map((size) => size.toLocaleString('en')),
    ),
  );
  for (const name of all[0]?.keys() ?? []) {
    process.stdout.write(
      cells(
        name,
        all.map((one) => (one.get(name) ?? Number.NaN).toFixed(1)),
      ),
    );
  }
}

async function run(isEmbedded: boolean, sizes: readonly number[], writes: boolean): Promise<void> {
  const binaries = isEmbedded ? null : findPostgres();
  if (!isEmbedded && binaries === null) throw new Error('PostgreSQL is not installed: use --pglite');
  const cluster = binaries === null ? null : await startCluster(binaries);
  const options = { folder: temporaryFolder('scale').folder, databaseUrl: (await cluster?.fresh('scale')) ?? null };
  const took: ReadonlyMap<string, number>[] = [];
  let from = 1;
  for (const size of sizes) {
    const service = await startService(options);
    const who = await signIn(service.port, options.folder, 'admin');
    await service.stop();
    say(`filling up to ${size} volumes`);
    const database = await openDatabase({ folder: join(options.folder, 'data'), databaseUrl: options.databaseUrl });
    await fill(database, who, from, size);
    await database.close();
    from = size + 1;
    say(`measuring ${size} volumes`);
    const filled = await startService(options);
    const { token } = await signIn(filled.port, options.folder, 'admin');
    took.push(await measure(filled, `/v3/${who.projectId}`, token, size));
    await filled.stop();
    print(sizes.slice(0, took.length), took);
  }
  if (writes) writeScalePage({ database: isEmbedded ? 'PGlite' : `PostgreSQL ${cluster?.version}`, sizes, took });
}

cleanUpOnSignals();
const given = process.argv.slice(2);
const sizes = given.includes('--sizes') ? given[given.indexOf('--sizes') + 1] : '1000,100000,1000000';
try {
  await run(
    given.includes('--pglite'),
    (sizes ?? '')
      .split(',')
      .map(Number)
      .toSorted((a, b) => a - b),
    given.includes('--write'),
  );
} finally {
  await cleanUp();
}
