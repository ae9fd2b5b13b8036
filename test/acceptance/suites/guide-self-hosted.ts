// docs/how-to/self-hosted.md, followed from the first command to the last, with clients at work while it is upgraded.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Followed, follow } from '../guide.ts';
import { type Cluster, startCluster } from '../postgres.ts';
import { freePort, isInstalled, root, spawned, temporaryFolder, until, within } from '../service.ts';

let cluster: Cluster;
let guide: Followed;
let url: string;
before(async () => {
  cluster = await startCluster();
  const [https, one, two] = [await freePort(), await freePort(), await freePort()];
  url = `https://localhost:${https}`;
  // OpenStack's clients and curl go to the port that HAProxy has here.
  const places = {
    'volumes.example.com/': `localhost:${https}/`,
    'https://volumes.example.com': url,
    'volumes.example.com': 'localhost',
    ':443': `127.0.0.1:${https}`,
    '5432': String(cluster.port),
    ...{ '8777': String(one), '8778': String(two) },
    // No log of the machine.
    '/dev/log': '127.0.0.1:9',
  };
  const postgres = { PGHOST: '127.0.0.1', PGPORT: String(cluster.port), PGUSER: 'postgres' };
  guide = follow('docs/how-to/self-hosted.md', { places, env: { ...postgres, SCORIA_REPOSITORY: root } });
});
after(async () => {
  const units = 'scoria-api@8777 scoria-api@8778 scoria-scheduler scoria-worker@fast scoria-worker@slow haproxy nginx';
  await guide?.shell(`systemctl stop ${units}`);
  await cluster?.halt();
});

/** What a client sees over TLS; the certificate is the guide's. */
async function seen(path: string, more = ''): Promise<{ status: number; body: string }> {
  const said = await guide.shell(
    `curl -sS --cacert /root/scoria.crt -m 60 -w '\\n%{http_code}' ${more} '${url}${path}' || true`,
  );
  const at = said.lastIndexOf('\n');
  return { status: Number(said.slice(at + 1)), body: said.slice(0, at) };
}

const signIn = JSON.stringify({
  auth: {
    identity: {
      methods: ['password'],
      password: { user: { name: 'admin', domain: { id: 'default' }, password: 'PASSWORD' } },
    },
    scope: { project: { name: 'admin', domain: { id: 'default' } } },
  },
}).replace('PASSWORD', "'$ADMIN_PASSWORD'");

/** Lists, and makes a volume, again and again until it is told to end; what was not answered as it should be. */
function clients(token: string) {
  const script = `
TOKEN=${token}
N=0
while [ ! -e stop ]; do
  N=$((N + 1))
  curl -sS --cacert scoria.crt -m 60 -o /dev/null -w '%{http_code} GET\\n' -H "X-Auth-Token: $TOKEN" ${url}/v3/volumes
  curl -sS --cacert scoria.crt -m 60 -o /dev/null -w '%{http_code} POST\\n' -H "X-Auth-Token: $TOKEN" \\
    -H 'Content-Type: application/json' -d '{"volume":{"size":1,"name":"under-way-'$N'"}}' ${url}/v3/volumes
  sleep 0.1
done`;
  return spawned('/bin/bash', ['-c', script], join(guide.machine, 'root'));
}

test('the units are such that systemd takes them', {
  skip: !isInstalled('/usr/bin/systemd-analyze') && 'needs systemd',
}, async () => {
  for (const name of ['scoria-api@8777.service', 'scoria-scheduler.service']) {
    const folder = temporaryFolder();
    const unit = readFileSync(join(root, 'deploy', name.replace('8777', '')), 'utf8');
    const path = join(folder, name);
    writeFileSync(path, unit.replaceAll('/opt/scoria', root.replace(/\/$/, '')));
    const checked = await within(
      spawned('/usr/bin/systemd-analyze', ['verify', '--man=no', path], folder).ended,
      'verify',
    );
    assert.doesNotMatch(checked.stderr, /scoria/);
    assert.equal(checked.code, 0, checked.stderr);
  }
});

test('from packages to a volume that is available, by the commands of the guide', async () => {
  for (const heading of ['## 1', '## 2', '## 3', '## 4', '## 5']) await guide.run(heading);
  const said = await guide.run('## 6');
  assert.equal(said.match(/\| up /g)?.length, 4, said);
  assert.match(said, /site1@(fast|slow)#/);
  assert.match(said, /available/);
});

let token = '';
test('an upgrade process by process loses no request', async () => {
  const told = await seen('/identity/v3/auth/tokens', `-D headers -H 'Content-Type: application/json' -d '${signIn}'`);
  assert.equal(told.status, 201, told.body);
  [, token = ''] = /^x-subject-token: (\S+)/im.exec(readFileSync(join(guide.machine, 'root/headers'), 'utf8')) ?? [];
  await guide.shell(`psql -q "$DATABASE_URL" -c 'UPDATE quota_classes SET hard_limit = 100000'`);
  const working = clients(token);
  await until(
    async () => working.said.stdout.split('\n').length,
    (lines) => lines > 10,
  );
  await guide.run('## 7');
  await guide.shell('touch stop');
  const { stdout, stderr } = await within(working.ended, 'the clients');
  const answers = stdout.trim().split('\n');
  assert.deepEqual([answers.filter((one) => !/^(200 GET|202 POST)$/.test(one)), stderr], [[], '']);
  const made = answers.filter((one) => one.endsWith('POST')).length;
  // What was acknowledged is there, and its work is done by the workers that were restarted.
  const volumes = await until(
    async () => JSON.parse((await seen('/v3/volumes/detail?limit=1000', `-H 'X-Auth-Token: ${token}'`)).body).volumes,
    (all: { name: string; status: string }[]) => all.every((one) => one.status === 'available'),
    120_000,
  );
  assert.equal(volumes.filter((one) => one.name.startsWith('under-way-')).length, made);
});

test('a dump that is restored has what was there', async () => {
  const list = async () =>
    JSON.parse((await seen('/v3/volumes?limit=1000&sort=id', `-H 'X-Auth-Token: ${token}'`)).body).volumes;
  const before = await list();
  await guide.run('## 8');
  const again = await until(
    () => seen('/v3/volumes?limit=1000&sort=id', `-H 'X-Auth-Token: ${token}'`),
    ({ status }) => status === 200,
  );
  assert.deepEqual(JSON.parse(again.body).volumes, before);
  assert.match(await guide.run('## 9'), /^$/);
});

test('nginx in place of HAProxy serves clients too', {
  skip: !isInstalled('/usr/sbin/nginx') && 'needs nginx',
}, async () => {
  await guide.shell(`systemctl stop haproxy
cp scoria.crt scoria.key /etc/nginx/
cp /opt/scoria/deploy/nginx.conf /etc/nginx/sites-enabled/scoria
sed -i 's/listen 443/listen :443/' /etc/nginx/sites-enabled/scoria
systemctl start nginx`);
  await until(
    () => seen('/healthcheck'),
    ({ status }) => status === 200,
  );
  const page = await seen('/v3/volumes?limit=1', `-H 'X-Auth-Token: ${token}'`);
  const [link] = JSON.parse(page.body).volumes_links;
  assert.ok(link.href.startsWith(`${url}/v3/`), link.href);
  await guide.shell('systemctl stop scoria-api@8777');
  for (let n = 0; n < 6; n += 1) assert.equal((await seen('/readyz')).status, 200);
});

test('every command of the guide was run', () => assert.deepEqual(guide.left(), []));
