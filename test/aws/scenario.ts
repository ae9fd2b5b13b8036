// What a deployment has to do, whoever runs it: the openstack client makes, grows, copies and deletes volumes; the
// worker is killed in the middle; everything that was acknowledged is done in the end, and the counters are exact.
import assert from 'node:assert/strict';
import { openstack } from '../acceptance/clients.ts';
import { type Command, command, type Service, temporaryFolder, until } from '../acceptance/service.ts';

export interface Target {
  readonly url: string;
  /** A token of an admin of the project. */
  token(): Promise<string>;
  readonly project: string;
  /** The settings of the worker, which stands here: its host is `acceptance`, its back end `here`. */
  readonly worker: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
}

/** A function that is cold, a database that wakes up, a queue that is polled every 20 s. */
const patience = 300_000;

export async function playScenario(target: Target): Promise<void> {
  const { url, say, project } = target;
  const folder = temporaryFolder();
  const place = { url, folder } as Service; // all that the client asks of it
  const env = async () => ({ OS_AUTH_TYPE: 'admin_token', OS_ENDPOINT: `${url}/v3`, OS_TOKEN: await target.token() });
  const client = async () => openstack(place, await env()).at('3.65');
  // biome-ignore lint/suspicious/noExplicitAny: a wrong field fails the scenario
  const ask = async (path: string): Promise<any> => {
    const told = await fetch(`${url}${path}`, { headers: { 'X-Auth-Token': await target.token() } });
    assert.ok(told.status < 500, `${path}: ${told.status}`);
    return told.json();
  };
  const begin = () => command(['worker', '--backend', 'here'], folder, { ...target.worker, SCORIA_BACKENDS: 'here' });
  const ready = async () => (await fetch(`${url}/readyz`).catch(() => null))?.status;
  await until(ready, (status) => status === 200, patience);
  say('the API is ready');
  assert.equal((await fetch(`${url}/v3/volumes`, { headers: { 'X-Auth-Token': 'no token' } })).status, 401);

  let worker: Command = begin();
  try {
    const isUp = (one: Record<string, string>) => one.host === 'acceptance@here' && one.state === 'up';
    await until(
      () => ask('/v3/os-services'),
      ({ services }) => services.some(isUp),
      patience,
    ).catch((error) => {
      throw new Error(`the worker is not up: ${worker.said.stderr}${error}`);
    });
    say('the worker is up');
    await live(await client());
    say('a volume was made, extended, copied and deleted');

    const names = Array.from({ length: 10 }, (_, n) => `killed-${n}`);
    const made = await Promise.all(names.map(async (name) => (await client()).json('volume create --size 1', name)));
    worker.child.kill('SIGKILL');
    await worker.ended;
    say('the worker was killed with ten volumes under way');
    worker = begin();
    const statuses = async () => (await ask('/v3/volumes/detail')).volumes as { id: string; status: string }[];
    const all = await until(
      statuses,
      (volumes) => made.every(({ id }) => volumes.find((one) => one.id === id)?.status === 'available'),
      patience,
    );
    assert.equal(all.length, made.length);
    say('all ten are available');
    await latency(target, `/v3/volumes/${made[0].id}`);
    for (const { id } of made) await (await client()).run('volume delete', id);
    await until(statuses, (volumes) => volumes.length === 0, patience);
    const { quota_set: quota } = await ask(`/v3/os-quota-sets/${project}?usage=true`);
    assert.deepEqual([quota.volumes.in_use, quota.gigabytes.in_use, quota.snapshots.in_use], [0, 0, 0]);
    say('all are gone, and nothing is counted any more');
  } finally {
    worker.child.kill('SIGTERM');
    await worker.ended;
  }
}

async function live(client: ReturnType<typeof openstack>): Promise<void> {
  await client.run('volume create --size 1 --property purpose=tests lives');
  const wait = async (words: string, field: string, wanted: unknown) =>
    void (await until(
      () => client.json(words),
      (one) => one.status === 'available' && one[field] === wanted,
      patience,
    ));
  await wait('volume show lives', 'size', 1);
  await client.run('volume set --size 2 lives');
  await wait('volume show lives', 'size', 2);
  await client.run('volume snapshot create --volume lives copied');
  await wait('volume snapshot show copied', 'size', 2);
  await client.run('volume snapshot delete copied');
  await until(
    () => client.json('volume snapshot list'),
    (list) => list.length === 0,
    patience,
  );
  await client.run('volume delete lives');
  await until(
    () => client.json('volume list'),
    (list) => list.length === 0,
    patience,
  );
}

/** How long a request takes from here: nobody knows it of the Data API before. */
async function latency({ url, token, say }: Target, path: string): Promise<void> {
  const times: number[] = [];
  for (let n = 0; n < 50; n += 1) {
    const headers = { 'X-Auth-Token': await token() };
    const begun = performance.now();
    await (await fetch(`${url}${path}`, { headers })).text();
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  say(`show, 50 times: median ${Math.round(times[25] ?? 0)} ms, longest ${Math.round(times[49] ?? 0)} ms`);
}
