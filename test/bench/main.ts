// The bench: the real service on PGlite and on PostgreSQL, beside its floors. See --help.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { cleanUp, cleanUpOnSignals } from './cleanup.ts';
import { countRoundTrips } from './counts.ts';
import { type DatabaseName, type Figure, judgeAll } from './figures.ts';
import { measureDatabase } from './measure.ts';
import { help, type Options, readOptions } from './options.ts';
import type { Plan } from './plan.ts';
import { type Cluster, findPostgres, startCluster } from './postgres-cluster.ts';
import { databasesOn } from './postgres-given.ts';
import { tableOf } from './table.ts';

const say = (line: string) => process.stderr.write(`bench: ${line}\n`);

function planOf(options: Options, database: DatabaseName, freshDatabase: () => Promise<string | null>): Plan {
  return {
    database,
    quick: options.quick,
    rounds: options.quick ? 2 : 3,
    bounds: options.quick ? { seconds: 0.7, requests: 20_000 } : { seconds: 1, requests: 50_000 },
    creates: options.quick ? 96 : 240,
    wants: (name) => options.only === null || name.includes(options.only),
    say: (what) => say(`${database}: ${what}`),
    freshDatabase,
  };
}

async function countFigures(options: Options): Promise<Figure[]> {
  if (options.only !== null && !options.only.includes('statement')) return [];
  const counts = await countRoundTrips();
  return [...counts].flatMap(([name, { statements, messages }]): Figure[] => {
    const common = { database: 'PGlite', volumes: null, unit: '' } as const;
    const figure = { ...common, name: `statements of a ${name}`, value: statements.length, detail: statements };
    return messages === 0 ? [figure] : [figure, { ...common, name: `messages of a ${name}`, value: messages }];
  });
}

type Postgres = Pick<Cluster, 'fresh' | 'version' | 'stop'>;

/** How to get empty PostgreSQL databases; null, said loudly, when there is no PostgreSQL. */
async function postgresOf(options: Options): Promise<Postgres | null> {
  if (options.postgres === null) return null;
  if (options.postgres !== 'auto') return databasesOn(options.postgres);
  const binaries = findPostgres();
  if (binaries !== null) return startCluster(binaries);
  say('********************************************************************************************');
  say('PostgreSQL IS NOT MEASURED: it is not in /usr/lib/postgresql. Install it, or give --postgres URL.');
  say('********************************************************************************************');
  return null;
}

function machine(options: Options, postgres: string | null) {
  const revision = () => execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const load = loadavg()[0] ?? 0;
  if (load > 0.5) say(`the machine is not quiet (load ${load.toFixed(1)}): rates are lower bounds`);
  return {
    at: new Date().toISOString(),
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: `${release()} ${arch()}`,
    node: process.version,
    postgres,
    revision: revision(),
    loadAtStart: load,
    quick: options.quick,
    sizes: options.sizes,
  };
}

/** Measures into `figures`, so that a run that breaks off still shows what it has. */
async function measureAll(options: Options, postgres: Postgres | null, figures: Figure[]): Promise<void> {
  if (options.pglite) {
    figures.push(...(await countFigures(options)));
    await measureDatabase(
      planOf(options, 'PGlite', async () => null),
      options.sizes,
      figures,
    );
  }
  if (postgres === null) return;
  let made = 0;
  const fresh = () => {
    made += 1;
    return postgres.fresh(`scoria_bench_${made}`);
  };
  await measureDatabase(planOf(options, 'PostgreSQL', fresh), options.sizes, figures);
  await postgres.stop();
}

function show(options: Options, facts: ReturnType<typeof machine>, figures: readonly Figure[]): void {
  const judged = judgeAll(figures);
  process.stdout.write(`${facts.processor}, ${facts.cores} cores, Node ${facts.node}, ${facts.at}\n${tableOf(judged)}`);
  if (options.json === null) return;
  writeFileSync(options.json, `${JSON.stringify({ machine: facts, figures: judged }, null, 2)}\n`);
}

async function run(options: Options): Promise<number> {
  const postgres = await postgresOf(options);
  const facts = machine(options, postgres?.version ?? null);
  const figures: Figure[] = [];
  try {
    await measureAll(options, postgres, figures);
  } finally {
    show(options, facts, figures);
  }
  const errors = figures.reduce((sum, one) => sum + (one.errors ?? 0), 0);
  if (errors === 0) return 0;
  say(`${errors} answers were not as they should be`);
  return 1;
}

cleanUpOnSignals();
const options = readOptions(process.argv.slice(2));
if (typeof options === 'string') {
  (options === '' ? process.stdout : process.stderr).write(`${options === '' ? '' : `${options}\n`}${help}`);
  process.exit(options === '' ? 0 : 2);
}
try {
  process.exitCode = await run(options);
} finally {
  await cleanUp();
}
