// `kill -9` in the middle of many creates: what was acknowledged has to be there afterwards.
import assert from 'node:assert/strict';
import { ask, signIn } from './clients.ts';
import { type Service, type ServiceOptions, startService, until, within } from './service.ts';

const workers = 16;

interface Volume {
  readonly id: string;
  readonly status: string;
  readonly size: number;
}

/**
 * Makes volumes, 16 at once, until `enough` are acknowledged, kills the service then, starts it again and asserts:
 * each acknowledged volume is there and settles, none that settles has no reason, and quota counters equal sums.
 */
export async function assertKillLosesNothing(options: ServiceOptions, enough: number): Promise<number> {
  const first = await startService(options);
  const acknowledged = await killAmidCreates(first, enough);
  const second = await startService({ ...options, folder: first.folder });
  try {
    await assertAtRest(second, acknowledged);
    return acknowledged.size;
  } finally {
    await second.stop();
  }
}

/** Every acknowledged volume is there once nothing is on its way, each error has a reason, and counters equal sums. */
export async function assertAtRest(service: Service, acknowledged: ReadonlySet<string>): Promise<void> {
  const token = await signIn(service, 'demo');
  const volumes = await settled(service, token);
  const known = new Map(volumes.map((one) => [one.id, one]));
  for (const id of acknowledged) assert.ok(known.has(id), `acknowledged volume ${id} was lost`);
  assert.equal(known.size, volumes.length, 'no volume is listed twice');
  await assertErrorsSayWhy(service, token, volumes);
  await assertCountersEqualSums(service, token, volumes);
}

/** Returns the ids of the creates that were answered with 202 before the process died. */
async function killAmidCreates(service: Service, enough: number): Promise<Set<string>> {
  const token = await signIn(service, 'demo');
  await raiseQuota(service);
  const acknowledged = new Set<string>();
  const { promise: isTime, resolve } = Promise.withResolvers<void>();
  let isOver = false;
  const work = async (worker: number) => {
    for (let n = 0; !isOver; n += 1) {
      const body = { volume: { size: 1, name: `v-${worker}-${n}` } };
      const told = await ask(service, token, 'POST', '/v3/volumes', body).catch(() => null);
      if (told === null) return;
      assert.equal(told.status, 202, JSON.stringify(told.body));
      acknowledged.add(told.body.volume.id);
      if (acknowledged.size >= enough) resolve();
    }
  };
  const all = Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  await within(Promise.race([isTime, all]), `${enough} creates`);
  service.command.child.kill('SIGKILL');
  await service.command.ended;
  isOver = true;
  await all;
  return acknowledged;
}

export async function raiseQuota(service: Service): Promise<void> {
  const admin = await signIn(service, 'admin');
  const body = {
    quota_class_set: { volumes: 10_000, gigabytes: 10_000, snapshots: 1_000, backups: 1_000, backup_gigabytes: 10_000 },
  };
  const told = await ask(service, admin, 'PUT', '/v3/os-quota-class-sets/default', body);
  assert.equal(told.status, 200, JSON.stringify(told.body));
}

/**
 * Every volume of the project, once none is on its way. On a shared database that takes a minute: what a dead process
 * was at goes on when its lease has ended, since another one may be alive.
 */
async function settled(service: Service, token: string): Promise<readonly Volume[]> {
  return until(
    () => everyVolume(service, token),
    (volumes) => volumes.every((one) => one.status === 'available' || one.status === 'error'),
    150_000,
  );
}

async function everyVolume(service: Service, token: string): Promise<readonly Volume[]> {
  const volumes: Volume[] = [];
  for (;;) {
    const marker = volumes.at(-1);
    const path = `/v3/volumes/detail?limit=200${marker === undefined ? '' : `&marker=${marker.id}`}`;
    const told = await ask(service, token, 'GET', path);
    assert.equal(told.status, 200, JSON.stringify(told.body));
    volumes.push(...told.body.volumes);
    if (told.body.volumes.length < 200) return volumes;
  }
}

async function assertErrorsSayWhy(service: Service, token: string, volumes: readonly Volume[]): Promise<void> {
  const told = await ask(service, token, 'GET', '/v3/messages');
  const explained = new Set(told.body.messages.map((one: { resource_uuid: string }) => one.resource_uuid));
  for (const one of volumes.filter(({ status }) => status === 'error')) {
    assert.ok(explained.has(one.id), `volume ${one.id} is in error and nothing says why`);
  }
}

async function assertCountersEqualSums(service: Service, token: string, volumes: readonly Volume[]): Promise<void> {
  const { absolute } = (await ask(service, token, 'GET', '/v3/limits')).body.limits;
  const gigabytes = volumes.reduce((sum, one) => sum + one.size, 0);
  assert.deepEqual([absolute.totalVolumesUsed, absolute.totalGigabytesUsed], [volumes.length, gigabytes]);
}
