// Idempotency keys and `kill -9`: creates and attachments that are cut off and sent again are there once.
// SCORIA_KILL_ROUNDS processes are killed (3 unless said), each amid SCORIA_KILL_CREATES creates (20) and five
// attachments.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, signIn } from '../clients.ts';
import { raiseQuota } from '../kill.ts';
import { type Service, startService, temporaryFolder, until } from '../service.ts';

const rounds = Number(process.env.SCORIA_KILL_ROUNDS ?? '3');
const creates = Number(process.env.SCORIA_KILL_CREATES ?? '20');
const attaches = 5;

interface Sent {
  readonly key: string;
  readonly path: string;
  readonly body: object;
}

/** The answer; null where the process died before. */
async function send(service: Service, token: string, { key, path, body }: Sent) {
  const headers = {
    'X-Auth-Token': token,
    'Idempotency-Key': key,
    'Content-Type': 'application/json',
    'OpenStack-API-Version': 'volume 3.71',
  };
  const init = { method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(60_000) };
  const response = await fetch(service.url + path, init).catch(() => null);
  // The proxy of the tests says 502 for a service that is gone.
  if (response === null || response.status === 502) return null;
  const text = await response.text().catch(() => null);
  return text === null ? null : { status: response.status, text };
}

const createOf = (name: string): Sent => ({
  key: `create-${name}`,
  path: '/v3/volumes',
  body: { volume: { size: 1, name } },
});

const attachOf = (volume: string): Sent => ({
  key: `attach-${volume}`,
  path: '/v3/attachments',
  body: {
    attachment: {
      volume_uuid: volume,
      instance_uuid: '5b1c3b0e-0000-4000-8000-000000000001',
      connector: {
        host: 'h',
        ip: '127.0.0.1',
        initiator: 'iqn.2026-01.test:h',
        multipath: false,
        platform: 'x86_64',
        os_type: 'linux',
      },
    },
  },
});

async function volumesFor(service: Service, token: string, round: number): Promise<string[]> {
  const made = await Promise.all(
    Array.from({ length: attaches }, (_, n) => send(service, token, createOf(`attached-${round}-${n}`))),
  );
  const ids = made.map((one) => JSON.parse(one?.text ?? '{}').volume.id as string);
  for (const id of ids) {
    await until(
      () => ask(service, token, 'GET', `/v3/volumes/${id}`),
      ({ body }) => body.volume?.status === 'available',
    );
  }
  return ids;
}

test('what is cut off by kill -9 and sent again with its key is there once', async () => {
  const folder = temporaryFolder();
  let service = await startService({ folder });
  try {
    await raiseQuota(service);
    const all: Sent[] = [];
    let cut = 0;
    for (let round = 0; round < rounds; round += 1) {
      const token = await signIn(service, 'demo');
      const ids = await volumesFor(service, token, round);
      const sent = [...Array.from({ length: creates }, (_, n) => createOf(`cut-${round}-${n}`)), ...ids.map(attachOf)];
      all.push(...sent);
      const answers = sent.map((one) => send(service, token, one));
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 120));
      service.command.child.kill('SIGKILL');
      await service.command.ended;
      cut += (await Promise.all(answers)).filter((one) => one === null).length;
      await service.stop('SIGKILL');
      service = await startService({ folder });
      for (const one of sent) {
        const again = () => send(service, token, one);
        const first = await until(again, (told) => told !== null && told.status < 400);
        assert.equal((await again())?.text, first?.text, one.key);
      }
    }
    assert.ok(cut > 0, 'no request was cut off: the test has shown nothing');
    await assertOnce(service, all);
  } finally {
    await service.stop('SIGKILL').catch(() => {});
  }
});

async function assertOnce(service: Service, all: readonly Sent[]): Promise<void> {
  const token = await signIn(service, 'demo');
  const volumes = (await ask(service, token, 'GET', '/v3/volumes?limit=1000')).body.volumes as { name: string }[];
  const links = await ask(service, token, 'GET', '/v3/volumes?limit=1&with_count=true');
  const names = volumes.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length, 'each volume is there once');
  const wanted = all.filter(({ path }) => path === '/v3/volumes').length + rounds * attaches;
  assert.equal(links.body.count, wanted);
  const attachments = await ask(service, token, 'GET', '/v3/attachments?limit=1000');
  const owners = attachments.body.attachments.map((one: { volume_id: string }) => one.volume_id) as string[];
  assert.equal(owners.length, rounds * attaches);
  assert.equal(new Set(owners).size, owners.length, 'each volume has one attachment');
}
