// npm run attacks [-- --seconds 5] [words of a flood's name]
//
// Floods a service of its own, one kind at a time, and prints what others' requests took meanwhile. Fails when a
// /healthcheck took over 250 ms, another project's request or a sign-in with a right password over 1 s or was
// refused, or the memory is not back within 20 % a minute later. The others come from another address of this
// machine, as they would on a network. A flood that was too much is repeated, up to 3 times, as the machine may have
// been busy with something else; the last time counts.
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { signIn } from '../bench/people.ts';
import { memoryOf, startService, temporaryFolder } from '../bench/service.ts';
import { type Asked, ask, signInBody } from './asking.ts';
import { floods } from './floods.ts';

const most = { healthcheck: 250, request: 1000, memory: 1.2, times: 3 };
const restSeconds = 60;

interface Outcome {
  readonly healthcheck: number;
  readonly request: number;
  readonly refused: number;
  readonly memory: number;
}

const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Asks again and again until the time is over; the longest that it took, and how often it was refused. */
async function watch(asked: Asked, milliseconds: number): Promise<{ longest: number; refused: number }> {
  const end = performance.now() + milliseconds;
  let [longest, refused] = [0, 0];
  while (performance.now() < end) {
    const since = performance.now();
    const status = await ask(asked);
    longest = Math.max(longest, performance.now() - since);
    if (status !== 200 && status !== 201) refused += 1;
    await sleep(20);
  }
  return { longest, refused };
}

/** Floods in a thread of its own until it is stopped; null: nobody floods. */
function flood(name: string | null, port: number): { stop(): Promise<void> } {
  if (name === null) return { stop: async () => {} };
  const worker = new Worker(new URL('./flooding.ts', import.meta.url), { workerData: { name, port } });
  return {
    async stop() {
      worker.postMessage('stop');
      await once(worker, 'exit');
    },
  };
}

async function attack(
  name: string | null,
  service: { port: number; pid: number },
  { token, password }: { token: string; password: string },
  seconds: number,
): Promise<Outcome> {
  const { port, pid } = service;
  const memory = memoryOf(pid).nowMiB;
  const { stop } = flood(name, port);
  const body = signInBody('demo', password);
  const [probe, request, signIns] = await Promise.all([
    watch({ port, path: '/healthcheck', headers: [] }, seconds * 1000),
    watch({ port, path: '/v3/volumes', headers: [`X-Auth-Token: ${token}`] }, seconds * 1000),
    watch({ port, path: '/identity/v3/auth/tokens', headers: [], body }, seconds * 1000),
  ]);
  await stop();
  const end = performance.now() + restSeconds * 1000;
  const ratio = () => memoryOf(pid).nowMiB / memory;
  while (ratio() > most.memory && performance.now() < end) await sleep(500);
  return {
    healthcheck: probe.longest,
    request: Math.max(request.longest, signIns.longest),
    refused: probe.refused + request.refused + signIns.refused,
    memory: ratio(),
  };
}

const isGood = (told: Outcome) =>
  told.healthcheck <= most.healthcheck &&
  told.request <= most.request &&
  told.refused === 0 &&
  told.memory <= most.memory;

function print(name: string, told: Outcome): void {
  const milliseconds = (value: number) => `${value.toFixed(0)} ms`.padStart(9);
  const columns = [milliseconds(told.healthcheck), milliseconds(told.request), `${told.refused}`.padStart(8)];
  console.log(
    `${name.padEnd(56)}${columns.join('')}${`${told.memory.toFixed(2)}`.padStart(8)}${isGood(told) ? '' : '  TOO MUCH'}`,
  );
}

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '5' } },
  allowPositionals: true,
});
const seconds = Math.min(60, Math.max(1, Number(values.seconds)));
const chosen = floods.filter(({ name }) => positionals.length === 0 || positionals.some((word) => name.includes(word)));

const { folder, remove } = temporaryFolder('attacks');
const service = await startService({ folder, databaseUrl: null });
try {
  const demo = await signIn(service.port, folder);
  // Memory is compared with that of a service that has been used.
  const path = '/v3/volumes';
  await Promise.all(
    [1, 2, 3, 4].map(() => watch({ port: service.port, path, headers: [`X-Auth-Token: ${demo.token}`] }, 3000)),
  );
  console.log(
    `${'flood'.padEnd(56)}${'probe'.padStart(9)}${'others'.padStart(9)}${'refused'.padStart(8)}${'memory'.padStart(8)}`,
  );
  // What this machine takes for the same requests when nobody floods.
  print('nothing', await attack(null, service, demo, seconds));
  for (const { name } of chosen) {
    let told = await attack(name, service, demo, seconds);
    print(name, told);
    for (let time = 1; time < most.times && !isGood(told); time += 1) {
      told = await attack(name, service, demo, seconds);
      print(`${name}, once more`, told);
    }
    if (!isGood(told)) process.exitCode = 1;
  }
} finally {
  await service.stop();
  await remove();
}
