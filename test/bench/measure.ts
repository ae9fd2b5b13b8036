// One database: start-up, then each size in a data folder of its own.
import { join } from 'node:path';
import { openDatabase } from '../../functions/main.node.ts';
import { statementsAlone } from './alone.ts';
import { requestBytes } from './client.ts';
import type { Figure } from './figures.ts';
import { fill } from './fill.ts';
import { type Figures, httpLoad } from './load.ts';
import { type SignedIn, signIn, signInBeside, signInRequest } from './people.ts';
import type { Plan } from './plan.ts';
import { measureReads } from './reads.ts';
import { memoryOf, startService, temporaryFolder } from './service.ts';
import { measureStarts } from './starts.ts';
import { measureWrites } from './write-figures.ts';

export async function measureDatabase(plan: Plan, sizes: readonly number[], figures: Figure[]): Promise<void> {
  figures.push(...(await measureStarts(plan)));
  for (const size of sizes) figures.push(...(await measureSize(plan, size)));
}

/** A quiet process gives memory back at its next look: two of infra/memory. */
const restMilliseconds = 12_000;
const rest = () => new Promise((resolve) => setTimeout(resolve, restMilliseconds));

/** The number of its first volume: no size reaches it. */
const ofNeighbour = 2_000_001;

async function measureSize(plan: Plan, volumes: number): Promise<Figure[]> {
  const { folder, remove } = temporaryFolder(`${plan.database.toLowerCase()}-${volumes}`);
  const options = { folder, databaseUrl: await plan.freshDatabase() };
  const first = await startService(options);
  const who = await signIn(first.port, folder);
  const small = await signInBeside(first.port, folder, 'small');
  const empty = await signInBeside(first.port, folder, 'empty');
  await first.stop();
  plan.say(`filling ${volumes} volumes`);
  await withDatabase(options, async (database) => {
    await fill(database, who, 1, volumes);
    await fill(database, small, ofNeighbour, ofNeighbour + 19);
  });

  const service = await startService(options);
  await rest();
  const begun = memoryOf(service.pid);
  const targetOf = ({ token, projectId }: SignedIn) => ({ port: service.port, token, base: `/v3/${projectId}` });
  const target = targetOf(who);
  const common = { database: plan.database, volumes };
  const reads = await measureReads(
    plan,
    { large: target, small: targetOf(small), empty: targetOf(empty) },
    folder,
    volumes,
  );
  const writes = await measureWrites(plan, target, volumes);
  const tokens = await measureTokens(plan, service.port, who, volumes);
  const memory = memoryOf(service.pid);
  await rest();
  const rested = memoryOf(service.pid);
  await service.stop();

  if (reads.length > 0) plan.say('statements alone');
  const alone =
    reads.length === 0
      ? new Map<string, Figures>()
      : await withDatabase(options, (database) => statementsAlone(database, who, volumes, plan.bounds, plan.rounds));
  await remove();
  return [
    ...reads.map((one) => {
      const floor = alone.get(one.name.replace(/, rate$/, ''));
      return floor === undefined ? one : { ...one, statementAlone: floor.perSecond };
    }),
    ...writes,
    ...tokens,
    { ...common, name: 'memory before', value: begun.nowMiB, unit: 'MiB' },
    { ...common, name: 'memory after all that', value: memory.nowMiB, unit: 'MiB', detail: memory },
    { ...common, name: 'memory 12 s later', value: rested.nowMiB, unit: 'MiB' },
  ];
}

/** The database as an administrator has it, while no service runs on it. */
async function withDatabase<T>(
  options: { folder: string; databaseUrl: string | null },
  work: (database: Awaited<ReturnType<typeof openDatabase>>) => Promise<T>,
): Promise<T> {
  const { folder, databaseUrl } = options;
  const database = await openDatabase({ folder: join(folder, 'data'), databaseUrl });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

async function measureTokens(plan: Plan, port: number, who: SignedIn, volumes: number): Promise<Figure[]> {
  if (!plan.wants('token')) return [];
  const bytes = requestBytes(signInRequest(who.password));
  const rate = await httpLoad(port, () => bytes, { seconds: 5, requests: plan.quick ? 32 : 96 });
  const single = await httpLoad(port, () => bytes, { seconds: 5, requests: 16 }, 1);
  const common = { database: plan.database, volumes };
  return [
    {
      ...common,
      name: 'token by password, rate',
      value: rate.perSecond,
      unit: '/s',
      p50: rate.p50,
      p99: rate.p99,
      errors: rate.errors,
    },
    {
      ...common,
      name: 'token by password, time',
      value: single.p50,
      unit: 'ms',
      p99: single.p99,
      errors: single.errors,
    },
  ];
}
