// A real HAProxy in front: its checks find the service up, its clients are served, and its rules by path hold.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Command, freePort, type Service, spawned, startService, temporaryFolder, until } from '../service.ts';

/** How HAProxy asks whether a server is up, by the name of the back end that asks so. */
const checks: Readonly<Record<string, readonly string[]>> = {
  // Without more it sends `OPTIONS / HTTP/1.0`, and no Host.
  plain: ['option httpchk'],
  healthcheck: ['option httpchk GET /healthcheck'],
  readyz: ['option httpchk GET /readyz', 'http-check expect status 200'],
  host: ['option httpchk', 'http-check send meth GET uri /healthcheck ver HTTP/1.1 hdr Host probe.example'],
  head: ['option httpchk HEAD /healthcheck HTTP/1.0'],
};

let service: Service;
let haproxy: Command;
let url: string;
before(async () => {
  service = await startService({ env: { SCORIA_PUBLIC_URL: '', SCORIA_PROXIES: '1' } });
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'haproxy.cfg'), configuration(port, new URL(service.url).host));
  haproxy = spawned('/usr/sbin/haproxy', ['-f', join(folder, 'haproxy.cfg'), '-db'], folder);
  const died = haproxy.ended.then(({ stderr }) => {
    throw new Error(`HAProxy has ended: ${stderr}`);
  });
  const status = () =>
    fetch(`${url}/healthcheck`).then(
      (told) => told.status,
      () => 0,
    );
  await Promise.race([died, until(status, (code) => code === 200)]);
});
after(async () => {
  haproxy.child.kill('SIGKILL');
  await haproxy.ended;
  if (service.command.child.exitCode === null) service.command.child.kill('SIGKILL'); // a test that failed before the last
});

const configuration = (port: number, server: string) => `
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  timeout check 5s
frontend api
  bind 127.0.0.1:${port}
  stats uri /haproxy
  stats enable
  acl types path_reg ^/v3(/[0-9a-f-]+)?/types
  http-request deny deny_status 410 if types
  option forwardfor
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Forwarded-Proto http
  http-request del-header X-Forwarded-Prefix
  default_backend plain
${Object.entries(checks)
  .map(
    ([name, lines]) =>
      `backend ${name}\n  ${lines.join('\n  ')}\n  server one ${server} check inter 200ms fall 1 rise 1`,
  )
  .join('\n')}
`;

/** What HAProxy has made of each server: `UP`, and the code of its last check. */
async function states(): Promise<Readonly<Record<string, string>>> {
  const lines = (await (await fetch(`${url}/haproxy;csv`)).text()).trim().split('\n');
  const names = (lines[0] ?? '').replace(/^# /, '').split(',');
  const rows = lines.slice(1).map((line) => Object.fromEntries(line.split(',').map((one, n) => [names[n], one])));
  return Object.fromEntries(
    rows.filter((row) => row.svname === 'one').map((row) => [row.pxname, `${row.status} ${row.check_code}`]),
  );
}

test('each of its ways to check finds the service up', async () => {
  const found = await until(
    states,
    (all) => Object.keys(all).length > 0 && Object.values(all).every((one) => /^UP \d/.test(one)),
  );
  const codes = { plain: 300, healthcheck: 200, readyz: 200, host: 200, head: 200 };
  assert.deepEqual(found, Object.fromEntries(Object.entries(codes).map(([name, code]) => [name, `UP ${code}`])));
});

async function tokenOf(user: 'admin' | 'demo') {
  const domain = { id: 'default' };
  const identity = {
    methods: ['password'],
    password: { user: { name: user, domain, password: service.password(user) } },
  };
  const auth = { identity, scope: { project: { name: user, domain } } };
  const told = await fetch(`${url}/identity/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ auth }),
  });
  assert.equal(told.status, 201);
  return told.headers.get('x-subject-token') ?? '';
}

test('a volume lives its life through it, and every link leads through it', async () => {
  const token = await tokenOf('demo');
  const headers = { 'X-Auth-Token': token, 'Content-Type': 'application/json' };
  // biome-ignore lint/suspicious/noExplicitAny: a wrong field fails the test
  const ask = async (method: string, to: string, body?: unknown): Promise<any> => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const told = await fetch(to, { method, headers, ...sent });
    assert.ok(told.status < 300, `${method} ${to}: ${told.status}`);
    return told.status === 200 || method === 'POST' ? told.json() : null;
  };
  for (const name of ['a', 'b', 'c']) await ask('POST', `${url}/v3/volumes`, { volume: { size: 1, name } });
  const seen: string[] = [];
  let next: string | undefined = `${url}/v3/volumes?limit=1&sort=name:asc`;
  while (next !== undefined) {
    assert.ok(next.startsWith(`${url}/`), next);
    const page: { volumes: { name: string }[]; volumes_links?: { href: string }[] } = await ask('GET', next);
    seen.push(...page.volumes.map((one) => one.name));
    next = page.volumes_links?.[0]?.href;
  }
  assert.deepEqual(seen, ['a', 'b', 'c']);
  const all = await until(
    () => ask('GET', `${url}/v3/volumes/detail`),
    ({ volumes }) => volumes.every((one: { status: string }) => one.status === 'available'),
  );
  for (const volume of all.volumes) await ask('DELETE', volume.links[0].href);
  await until(
    () => ask('GET', `${url}/v3/volumes`),
    ({ volumes }) => volumes.length === 0,
  );
});

/** The status of a GET of exactly this path: fetch would tidy it up. */
async function raw(path: string, token: string): Promise<number> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Auth-Token: ${token}\r\n\r\n`);
  let told = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    told += chunk;
  });
  await once(socket, 'close');
  return Number(told.slice(9, 12));
}

test('what it refuses by path is answered by no other spelling', async () => {
  const token = await tokenOf('admin');
  assert.equal(await raw('/v3/volumes', token), 200);
  assert.equal(await raw('/v3/types', token), 410);
  const spelled = ['/v3/volumes/%2e%2e/types', '/v3/volumes/../types', '/v3//types', '/v3/%74ypes', '/v3/./types'];
  for (const path of spelled) assert.ok([400, 404].includes(await raw(path, token)), path);
});

test('it sees when the service is gone, and tells its clients so', async () => {
  await service.stop('SIGKILL');
  const found = await until(
    states,
    (all) => Object.keys(all).length > 0 && Object.values(all).every((one) => one.startsWith('DOWN')),
  );
  assert.equal(Object.keys(found).length, Object.keys(checks).length);
  assert.equal((await fetch(`${url}/v3/`)).status, 503);
});
