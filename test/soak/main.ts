// npm run soak [-- --minutes 12] [--count 50000] [--clients 8] [--keep 100]: volumes are created and deleted by
// several clients on the embedded database until the minutes or the count are over. Then memory, the data folder, the
// time of a list and of a start after `kill -9` are printed beside what they were at the beginning. Exit code 1 when
// one is over its bar.
import { parseArgs } from 'node:util';
import { cleanUp, cleanUpOnSignals } from '../bench/cleanup.ts';
import { once, requestBytes } from '../bench/client.ts';
import { httpLoad } from '../bench/load.ts';
import { signIn } from '../bench/people.ts';
import { memoryOf, type Running, startService, temporaryFolder } from '../bench/service.ts';
import { createAll, type Target } from '../bench/writes.ts';
import { churn } from './churn.ts';
import { sizesOf } from './sizes.ts';
import { type Measured, tableOf } from './table.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '12' },
    count: { type: 'string', default: '50000' },
    clients: { type: 'string', default: '8' },
    keep: { type: 'string', default: '100' },
  },
});

const restMilliseconds = 60_000;
const say = (line: string) => process.stderr.write(`soak: ${line}\n`);
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What is compared: the memory of the process, its folder, and a list of 100 with details, one at a time. */
async function measure(service: Running, target: Target, folder: string): Promise<Measured> {
  const bytes = requestBytes({ path: `${target.base}/volumes/detail?limit=100`, token: target.token });
  const list = await httpLoad(target.port, () => bytes, { seconds: 3, requests: 1000 }, 1);
  return { memoryMiB: memoryOf(service.pid).nowMiB, listMilliseconds: list.p50, ...sizesOf(folder) };
}

/** There are 10 volumes for a project that nobody has given more. */
async function liftQuota(port: number, folder: string): Promise<void> {
  const { token } = await signIn(port, folder, 'admin');
  const body = { quota_class_set: { volumes: -1, gigabytes: -1 } };
  const { status, body: said } = await once(port, {
    method: 'PUT',
    path: '/v3/os-quota-class-sets/default',
    token,
    body,
  });
  if (status !== 200) throw new Error(`the quota could not be lifted: ${status} ${said}`);
}

async function soak(): Promise<boolean> {
  const { folder } = temporaryFolder('soak');
  const options = { folder, databaseUrl: null };
  const service = await startService(options);
  const who = await signIn(service.port, folder);
  const target = { port: service.port, token: who.token, base: `/v3/${who.projectId}` };
  await liftQuota(service.port, folder);
  const kept = await createAll(target, Number(values.keep), 4, 600);
  if (kept.whole.errors > 0) throw new Error(`${kept.whole.errors} of the volumes that stay did not come`);
  await pause(3000);
  const before = await measure(service, target, folder);
  say(`${values.clients} clients, ${values.minutes} minutes or ${values.count} volumes`);
  const figures = await churn(target, {
    seconds: Number(values.minutes) * 60,
    requests: Number(values.count),
    clients: Number(values.clients),
  });
  const loaded = await measure(service, target, folder);
  // The worst moment: nothing is closed in order, and the log is as long as it was.
  process.kill(service.pid, 'SIGKILL');
  await service.stop();
  const again = await startService(options);
  say(`after kill -9 it answered in ${again.startMilliseconds.toFixed(0)} ms; resting ${restMilliseconds / 1000} s`);
  await pause(restMilliseconds);
  const rested = await measure(again, { ...target, port: again.port }, folder);
  await again.stop();
  const { text, isGood } = tableOf({ before, loaded, rested, figures, starts: [service, again] });
  process.stdout.write(text);
  return isGood;
}

cleanUpOnSignals();
try {
  process.exitCode = (await soak()) ? 0 : 1;
} finally {
  await cleanUp();
}
