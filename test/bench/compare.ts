// Another revision beside this one: both services on rows of their own, asked in turn, so that the machine's other
// work falls on both and the ratio counts. Prints a table in Markdown; --write puts it into docs/performance.md.
//
//   npm run bench:compare -- --before ../before [--volumes 10000] [--rounds 6] [--no-pglite | --no-postgres] [--write]
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openDatabase } from '../../functions/main.node.ts';
import { cleanUp, cleanUpOnSignals } from './cleanup.ts';
import { requestBytes } from './client.ts';
import { fill } from './fill.ts';
import { concurrency, counter, type Figures, httpLoad } from './load.ts';
import { type SignedIn, signIn, signInBeside } from './people.ts';
import { findPostgres, startCluster } from './postgres-cluster.ts';
import { circumstances, writePart } from './scale-page.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { processorMillisecondsOf, type Running, startService, temporaryFolder } from './service.ts';
import { createAll, deleteAll, type Target } from './writes.ts';

const { values: given } = parseArgs({
  options: {
    before: { type: 'string' },
    volumes: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '6' },
    write: { type: 'boolean', default: false },
    'no-pglite': { type: 'boolean', default: false },
    'no-postgres': { type: 'boolean', default: false },
  },
});
const say = (line: string) => process.stderr.write(`compare: ${line}\n`);
const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const volumes = Number(given.volumes);
/** The number of the small project's first volume: no size reaches it. */
const ofSmall = 2_000_001;
const creates = 96;
const patienceSeconds = 120;

interface Side {
  readonly service: Running;
  readonly targets: Readonly<Record<'large' | 'small' | 'empty', Target>>;
}

/** What one turn has measured: how many a second, and the processor time of the service for each. */
interface Turn {
  readonly perSecond: number;
  readonly processor: number;
}

async function open(tree: string | undefined, databaseUrl: string | null): Promise<Side> {
  const { folder } = temporaryFolder('compare');
  const options = { folder, databaseUrl, ...(tree === undefined ? {} : { tree }) };
  const first = await startService(options);
  const large = await signIn(first.port, folder);
  const small = await signInBeside(first.port, folder, 'small');
  const empty = await signInBeside(first.port, folder, 'empty');
  await first.stop();
  const database = await openDatabase({ folder: `${folder}/data`, databaseUrl });
  await fill(database, large, 1, volumes);
  await fill(database, small, ofSmall, ofSmall + 19);
  await database.close();
  const service = await startService(options);
  const targetOf = ({ token, projectId }: SignedIn) => ({ port: service.port, token, base: `/v3/${projectId}` });
  return { service, targets: { large: targetOf(large), small: targetOf(small), empty: targetOf(empty) } };
}

async function turn({ service }: Side, work: () => Promise<Figures>): Promise<Turn> {
  const begun = processorMillisecondsOf(service.pid);
  const { perSecond, requests, errors } = await work();
  if (errors > 0) throw new Error(`${errors} answers were not as they should be`);
  return { perSecond, processor: (processorMillisecondsOf(service.pid) - begun) / requests };
}

type Read = Pick<Scenario, 'name' | 'path' | 'by'>;
const reads: readonly Read[] = [
  ...scenarios,
  { name: 'sorted by name', path: () => '/volumes/detail?limit=100&sort=name:asc' },
  { name: 'sorted by updated_at', path: () => '/volumes/detail?limit=100&sort=updated_at:desc' },
  { name: 'offset of nine tenths', path: () => `/volumes/detail?limit=100&offset=${Math.floor(volumes * 0.9)}` },
];

function read(side: Side, { path, by }: Read): Promise<Turn> {
  const target = side.targets[by ?? 'large'];
  const random = counter(7);
  const next = () => requestBytes({ path: `${target.base}${path(volumes, random)}`, token: target.token });
  return turn(side, () => httpLoad(target.port, next, { seconds: 1, requests: 20_000 }));
}

/** Creates, and then deletes, so many volumes. */
async function write(side: Side): Promise<readonly [Turn, Turn]> {
  let ids: readonly string[] = [];
  const made = await turn(side, async () => {
    const { whole, ids: all } = await createAll(side.targets.large, creates, concurrency, patienceSeconds);
    ids = all;
    return whole;
  });
  return [made, await turn(side, () => deleteAll(side.targets.large, ids, concurrency, patienceSeconds))];
}

/** A row of the table: medians of both sides, and the middle one of what each round's two turns are to each other. */
function row(database: string, name: string, turns: readonly (readonly [Turn, Turn])[]): string {
  const of = (side: 0 | 1, what: keyof Turn) => middle(turns.map((pair) => pair[side][what]));
  const ratio = (what: keyof Turn) => middle(turns.map(([one, other]) => other[what] / one[what])).toFixed(2);
  const rates = [of(0, 'perSecond').toFixed(0), of(1, 'perSecond').toFixed(0), ratio('perSecond')];
  const times = [of(0, 'processor').toFixed(2), of(1, 'processor').toFixed(2), ratio('processor')];
  return `| ${[database, name, ...rates, ...times].join(' | ')} |`;
}

async function compare(database: string, fresh: (name: string) => Promise<string | null>): Promise<string[]> {
  say(`${database}: ${volumes} volumes for each`);
  const sides = [
    await open(resolve(given.before ?? ''), await fresh('before')),
    await open(undefined, await fresh('after')),
  ] as const;
  const inTurn = async <T>(ask: (side: Side) => Promise<T>): Promise<(readonly [T, T])[]> => {
    const rounds: (readonly [T, T])[] = [];
    for (let round = 0; round <= Number(given.rounds); round += 1)
      rounds.push([await ask(sides[0]), await ask(sides[1])]);
    return rounds.slice(1); // the first warms up
  };
  const lines: string[] = [];
  for (const one of reads) {
    lines.push(row(database, one.name, await inTurn((side) => read(side, one))));
    say(lines.at(-1) ?? '');
  }
  const written = await inTurn(write);
  for (const [n, name] of ['created until available', 'deleted until gone'].entries()) {
    const turns = written.map(([one, other]) => [one[n as 0 | 1], other[n as 0 | 1]] as const); // of write()'s two
    lines.push(row(database, name, turns));
  }
  for (const { service } of sides) await service.stop();
  return lines;
}

cleanUpOnSignals();
if (given.before === undefined)
  throw new Error('--before names the folder of the other revision, with its node_modules');
try {
  const lines: string[] = [];
  const binaries = given['no-postgres'] ? null : findPostgres();
  if (binaries === null && !given['no-postgres']) say('PostgreSQL IS NOT MEASURED: it is not installed');
  if (binaries !== null) {
    const cluster = await startCluster(binaries);
    lines.push(...(await compare('PostgreSQL', cluster.fresh)));
    await cluster.stop();
  }
  if (!given['no-pglite']) lines.push(...(await compare('PGlite', async () => null)));
  const head = [
    'database',
    'request',
    'before, /s',
    'after, /s',
    'times',
    'processor before, ms',
    'after, ms',
    'times',
  ];
  const table = `| ${head.join(' | ')} |\n|${'---|'.repeat(head.length)}\n${lines.join('\n')}`;
  process.stdout.write(`${table}\n`);
  const revision = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: given.before,
    encoding: 'utf8',
  }).trim();
  const what = `${given.volumes} volumes, ${revision} and this revision in turn, ${given.rounds} rounds; ${circumstances()}`;
  if (given.write) writePart('bench:compare', `${what}:\n\n${table}`);
} finally {
  await cleanUp();
}
