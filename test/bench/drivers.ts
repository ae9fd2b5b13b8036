// npm run bench:drivers: 1,000 volumes by 16 clients on each driver; then a volume from POST until available, one at a time,
// beside the time that the back end itself takes for it; and all gone again.
//
//   npm run bench:drivers                 file, iscsi, qsd, and ceph-rbd where Ceph is installed
//   npm run bench:drivers -- qsd file     these
//
// Milliseconds. The rest of a volume's time is Scoria's: API, scheduler, queue, worker, and the answer to the GET that
// waits for it. Its bar is 10 ms, for the tenth of the volumes that the machine disturbs least: others may use it. What the
// process has of the processors for a volume, its driver's part included, tells slow code from a busy machine. Ceph makes
// 200 volumes and not 1,000. About 2 minutes on a quiet machine, 3 with Ceph.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasCeph, startCeph } from '../ceph/server.ts';
import { missingTools } from '../drivers/qemu.ts';
import { endDaemon } from '../drivers/qsd-daemon.ts';
import { cleanUp, cleanUpOnSignals, later } from './cleanup.ts';
import { signIn } from './people.ts';
import { freePort, processorMillisecondsOf, startScript, temporaryFolder } from './service.ts';
import { createAll, createEach, deleteAll } from './writes.ts';

interface Subject {
  readonly name: string;
  /** How many volumes by 16 clients. */
  readonly volumes: number;
  /** Why it cannot be measured here. */
  skip(): Promise<string | undefined>;
  /** Its options in scoria.yaml, and what it needs in the environment. */
  prepare(folder: string): Promise<{ readonly options: object; readonly env?: Readonly<Record<string, string>> }>;
  /** Ends what the service leaves running. */
  end?(directory: string): Promise<void>;
}

const subjects: readonly Subject[] = [
  { name: 'file', volumes: 1000, skip: async () => undefined, prepare: async () => ({ options: {} }) },
  {
    name: 'iscsi',
    volumes: 1000,
    skip: async () => (await missingTools('tgtd')).skip,
    prepare: async () => ({ options: { portal: `127.0.0.1:${await freePort()}` } }),
    end: async (directory) => endByFile(join(directory, 'targets/tgtd.pid')),
  },
  {
    name: 'qsd',
    volumes: 1000,
    skip: async () => (await missingTools('qemu-storage-daemon')).skip,
    prepare: async () => ({ options: {} }),
    end: endDaemon,
  },
  {
    name: 'ceph-rbd',
    volumes: 200,
    skip: async () => (hasCeph() ? undefined : 'Ceph is not installed'),
    async prepare() {
      const ceph = await startCeph();
      later(async () => ceph.stop());
      const { url, user, password, monitor } = JSON.parse(readFileSync(`${ceph.folder}/dashboard.json`, 'utf8'));
      const options = { url, user, password: { env: 'CEPH_PASSWORD' }, monitors: monitor };
      return { options, env: { CEPH_PASSWORD: password } };
    },
  },
];

const alone = { file: 100, iscsi: 100, qsd: 100, 'ceph-rbd': 30 } as const;
const clients = 16;
const seconds = 300;
const barMilliseconds = 10;

const say = (line: string) => process.stdout.write(`${line}\n`);
const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** True when nothing went wrong and the bar is kept. */
async function measure(subject: Subject): Promise<boolean> {
  const { folder, remove } = temporaryFolder(`drivers-${subject.name}`);
  const { options, env = {} } = await subject.prepare(folder);
  // The volumes stay empty: many are promised on little room.
  const backend = { name: 'bench', driver: subject.name, max_over_subscription_ratio: 1000, options };
  writeFileSync(join(folder, 'scoria.yaml'), JSON.stringify({ backends: [backend] }));
  const times = join(folder, 'times');
  const own = { SCORIA_DATA: join(folder, 'data'), SCORIA_LOG: 'error', SCORIA_CONFIG: join(folder, 'scoria.yaml') };
  const service = await startScript(
    'test/bench/timed-service.ts',
    ['start', '--json'],
    { ...own, BENCH_TIMES: times, SCORIA_TOKEN_SECONDS: '7200', ...env },
    folder,
  );
  try {
    const { token, projectId } = await signIn(service.port, folder, 'admin');
    const target = { port: service.port, token, base: `/v3/${projectId}` };
    await raiseQuota(target);
    const count = alone[subject.name as keyof typeof alone];
    // First the many: then the back end is open, and the code is compiled.
    const many = await createAll(target, subject.volumes, clients, seconds);
    const processor = processorMillisecondsOf(service.pid);
    const each = await createEach(target, count);
    const busy = (processorMillisecondsOf(service.pid) - processor) / count;
    const inside = timesOf(times);
    const pairs = [...each].map(([id, whole]) => ({ whole, inside: inside.get(id) ?? Number.NaN }));
    const rest = pairs.map((one) => one.whole - one.inside).toSorted((a, b) => a - b);
    const gone = await deleteAll(target, [...many.ids, ...each.keys()], clients, seconds);
    const errors = count - each.size + many.whole.errors + gone.errors;
    const cells = [middle(pairs.map(({ whole }) => whole)), middle(pairs.map((one) => one.inside)), middle(rest)];
    const quick = rest[Math.floor(rest.length / 10)] ?? Number.NaN;
    const rates = [many.whole.requests, many.whole.perSecond, many.whole.p50, gone.perSecond, errors];
    say(
      [
        subject.name.padEnd(9),
        ...[...cells, quick, busy].map(ms),
        ...rates.map((one) => one.toFixed(0).padStart(9)),
      ].join(''),
    );
    return errors === 0 && many.whole.requests === subject.volumes && quick < barMilliseconds;
  } finally {
    await service.stop();
    await subject.end?.(join(folder, 'data', 'volumes', 'bench'));
    await remove();
  }
}

/** Ends the process whose id is in a file. */
function endByFile(path: string): void {
  try {
    process.kill(Number(readFileSync(path, 'utf8')), 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

const ms = (value: number) => value.toFixed(1).padStart(10);

/** How long the back end took for each volume. */
function timesOf(file: string): ReadonlyMap<string, number> {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return new Map(lines.map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])]));
}

async function raiseQuota({ port, token, base }: { port: number; token: string; base: string }): Promise<void> {
  const body = JSON.stringify({ quota_class_set: { volumes: -1, gigabytes: -1 } });
  const headers = { 'X-Auth-Token': token, 'Content-Type': 'application/json' };
  const url = `http://127.0.0.1:${port}${base}/os-quota-class-sets/default`;
  const told = await fetch(url, { method: 'PUT', headers, body });
  if (told.status !== 200) throw new Error(`quota: ${told.status} ${await told.text()}`);
}

cleanUpOnSignals();
const chosen = process.argv.slice(2);
let isGood = true;
say('driver    available  back end      rest  rest p10 processor  volumes      /s    p50 ms deletes/s  errors');
for (const subject of subjects.filter(({ name }) => chosen.length === 0 || chosen.includes(name))) {
  const skip = await subject.skip();
  if (skip === undefined) isGood = (await measure(subject)) && isGood;
  else say(`SKIPPED ${subject.name}: ${skip}`);
}
await cleanUp();
if (!isGood) process.exitCode = 1;
