// docs/how-to/from-cinder.md, followed with the database of a real Cinder: its own migrations, rows by its own code.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ask, signIn } from '../clients.ts';
import { type Followed, follow } from '../guide.ts';
import { pythonFolder, pythonPath } from '../openstack-commands.ts';
import { type Cluster, startCluster } from '../postgres.ts';
import { type Service, scoria, startService, temporaryFolder, until } from '../service.ts';

interface Made {
  readonly project: string;
  readonly other: string;
  readonly user: string;
  readonly types: Readonly<Record<'fast' | 'private' | 'secret', string>>;
  readonly specs: string;
  readonly volumes: Readonly<Record<string, string>>;
  readonly objects: { readonly moved: string };
  readonly snapshots: Readonly<Record<'kept' | 'left', string>>;
  readonly attachment: string;
}

let cluster: Cluster;
let service: Service;
let guide: Followed;
let made: Made;
let share: string;
const gib = 2 ** 30;

before(async () => {
  cluster = await startCluster();
  const folder = temporaryFolder();
  const url = await cluster.fresh('from_cinder');
  const config = join(folder, 'scoria.yaml');
  guide = follow('docs/how-to/from-cinder.md', { env: { DATABASE_URL: url, SCORIA_SECRET_KEYS: '' } });
  share = join(guide.machine, 'srv/fast');
  mkdirSync(share, { recursive: true });
  const backend = `  - name: fast\n    driver: file\n    capabilities: { tier: gold }\n    options: { directory: ${share} }\n`;
  writeFileSync(config, `backends:\n${backend}`);
  const env = { DATABASE_URL: url, SCORIA_CONFIG: config, SCORIA_BACKENDS: '', SCORIA_WORKER_HOST: 'site1' };
  service = await startService({ folder, env });
  const printed = await scoria(['secrets'], folder, { SCORIA_DATA: service.data });
  const [, keys = ''] = /^SCORIA_SECRET_KEYS=(\S+)\n$/.exec(printed.stdout) ?? [];
  const bin = join(guide.machine, 'opt/bin');
  mkdirSync(bin);
  await guide.shell(`export SCORIA_SECRET_KEYS=${keys} PATH=${bin}:$PATH
printf '#!/bin/sh\\nexec "$GUIDE_NODE" "$GUIDE_SOURCE/bin/scoria.ts" "$@"\\n' > ${bin}/scoria
chmod +x ${bin}/scoria`);
  const home = join(guide.machine, 'root');
  const script = join(pythonFolder, 'cinder_database.py');
  const told = execFileSync(pythonPath, [script, home], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  made = JSON.parse(told.trim().split('\n').at(-1) ?? '') as Made; // written by the script
  await makeObjects();
  // The back end has said what it has.
  await until(
    () => admin('/v3/scheduler-stats/get_pools'),
    ({ pools }) => pools.length === 1,
  );
});
after(async () => {
  await service?.stop();
  await cluster?.halt();
});

/** The files that Cinder's driver would have made, each with a text of its own at its beginning. */
async function makeObjects(): Promise<void> {
  const names = ['plain', 'booted', 'used', 'broken'].map((name) => `volume-${made.volumes[name]}`);
  for (const name of [...names, made.objects.moved, `snapshot-${made.snapshots.kept}`]) {
    await guide.shell(
      `truncate -s 1G /srv/fast/${name} && printf %s ${name} | dd of=/srv/fast/${name} conv=notrunc status=none`,
    );
  }
}

const startOf = (file: string) => readFileSync(join(share, file)).subarray(0, 100).toString().replace(/\0.*/s, '');
let token: Promise<string> | undefined;
/** A connection that has been idle while commands ran may have been closed at the other end: it is asked once more. */
const again = <Told>(ask: () => Promise<Told>): Promise<Told> =>
  ask().catch((error: unknown) => (error instanceof TypeError ? ask() : Promise.reject(error)));
const admin = async (path: string) => {
  token ??= again(() => signIn(service, 'admin'));
  const bearer = await token;
  const told = await again(() => ask(service, bearer, 'GET', path));
  assert.equal(told.status, 200, JSON.stringify(told.body));
  return told.body;
};

test('the dry run says of everything what would be made, and of each refusal why; it changes nothing', async () => {
  await guide.run('## 3');
  const said = await guide.run('## 4');
  for (const line of [
    /^QoS specs +1 new, 0 there by name$/m,
    /^volume types +3 new, 1 there by name$/m,
    /^volumes +3 \(3 GiB\) of 2 projects$/m,
    /^snapshots +1$/m,
    /^metadata +3$/m,
    new RegExp(`^volume +${made.volumes.used} +used +it is attached`, 'm'),
    new RegExp(`^volume +${made.volumes.broken} +broken +its status is error`, 'm'),
    new RegExp(`^volume +${made.volumes.sealed} +sealed +it is encrypted`, 'm'),
    new RegExp(`^volume +${made.volumes.elsewhere} +elsewhere +--hosts says nothing of cinder@lvm#vg`, 'm'),
    new RegExp(`^snapshot +${made.snapshots.left} +left +its volume ${made.volumes.used} does not come`, 'm'),
    new RegExp(`^attachment +${made.attachment} +volume ${made.volumes.used} is attached`, 'm'),
  ])
    assert.match(said, line);
  assert.doesNotMatch(said, new RegExp(made.volumes.gone ?? 'gone'));
  assert.equal((await admin('/v3/volumes?all_tenants=1')).volumes.length, 0);
  assert.deepEqual(
    (await admin('/v3/types?is_public=None')).volume_types.map((one: { name: string }) => one.name),
    ['__DEFAULT__'],
  );
});

test('the import keeps ids, owners, names, ages, types and bytes', async () => {
  await guide.run('## 5');
  const said = await guide.run('## 6');
  assert.match(said, /^3 volumes and 1 snapshots are here\.$/m);
  const { volumes } = await admin('/v3/volumes/detail?all_tenants=1');
  // biome-ignore lint/suspicious/noExplicitAny: a wrong field fails the test
  const one = (name: string): any => volumes.find((each: { id: string }) => each.id === made.volumes[name]);
  assert.equal(volumes.length, 3);
  const plain = one('plain');
  assert.deepEqual(
    [
      plain.status,
      plain.name,
      plain.description,
      plain.volume_type,
      plain['os-vol-tenant-attr:tenant_id'],
      plain.user_id,
    ],
    ['available', 'plain', 'two\nlines, "quotes" and ü', 'fast', made.project, made.user],
  );
  assert.deepEqual(plain.metadata, { purpose: 'tests', price: '5 €' });
  assert.equal(plain['os-vol-host-attr:host'], 'site1@fast#pool');
  const dumped = readFileSync(join(guide.machine, 'root/cinder.jsonl'), 'utf8').split('\n');
  const row = JSON.parse(dumped.find((line) => line.includes(`"table":"volumes","id":"${plain.id}"`)) ?? '');
  assert.equal(plain.created_at, row.created_at.replace(' ', 'T'));
  assert.deepEqual(
    [one('booted').bootable, one('booted').volume_image_metadata],
    ['true', { image_name: 'debian-12', min_disk: '1' }],
  );
  assert.equal(one('moved')['os-vol-tenant-attr:tenant_id'], made.other);
  assert.equal(startOf(`volume-${made.volumes.plain}`), `volume-${made.volumes.plain}`);
  assert.equal(startOf(`volume-${made.volumes.moved}`), made.objects.moved);
  assert.equal(statSync(join(share, `volume-${made.volumes.plain}`)).size, gib);
  const { snapshots } = await admin('/v3/snapshots/detail?all_tenants=1');
  assert.deepEqual(
    snapshots.map((each: Record<string, unknown>) => [each.id, each.status, each.volume_id, each.metadata]),
    [[made.snapshots.kept, 'available', made.volumes.plain, { by: 'hand' }]],
  );
});

test('types, access, QoS specs, encryption and limits are those of Cinder', async () => {
  const { volume_type: fast } = await admin(`/v3/types/${made.types.fast}`);
  assert.deepEqual(
    [fast.name, fast.description, fast.extra_specs],
    ['fast', 'NVMe', { volume_backend_name: 'fast', tier: 'gold' }],
  );
  const { volume_type: hidden } = await admin(`/v3/types/${made.types.private}`);
  assert.deepEqual([hidden.is_public, hidden.qos_specs_id], [false, made.specs]);
  const { volume_type_access: access } = await admin(`/v3/types/${made.types.private}/os-volume-type-access`);
  assert.deepEqual(
    access.map((each: { project_id: string }) => each.project_id),
    [made.project],
  );
  const { qos_specs: specs } = await admin(`/v3/qos-specs/${made.specs}`);
  assert.deepEqual([specs.name, specs.consumer, specs.specs], ['slow-disks', 'back-end', { total_iops_sec: '500' }]);
  assert.equal((await admin(`/v3/types/${made.types.secret}/encryption`)).provider, 'luks');
  const { quota_set: quota } = await admin(`/v3/os-quota-sets/${made.project}?usage=true`);
  assert.deepEqual(
    [
      quota.volumes.limit,
      quota.volumes.in_use,
      quota.gigabytes.limit,
      quota.gigabytes.in_use,
      quota.gigabytes_fast.limit,
    ],
    [30, 2, 500, 3, 400],
  );
});

test('a second run leaves everything as it is', async () => {
  const before = [await admin('/v3/volumes/detail?all_tenants=1'), readdirSync(share).sort()];
  assert.match(await guide.run('## 6'), /^3 volumes and 1 snapshots are here\.$/m);
  assert.deepEqual([await admin('/v3/volumes/detail?all_tenants=1'), readdirSync(share).sort()], before);
});

test('an object that is not there is refused with its reason, and a dump that was cut off whole', async () => {
  await guide.shell(`sed 's/cinder@lvm#vg/cinder@nfs#share/' cinder.jsonl > more.jsonl`);
  const said = await guide.shell(`scoria import cinder more.jsonl --hosts 'cinder@nfs#share=site1@fast#pool' || true`);
  assert.match(said, new RegExp(`^volume +${made.volumes.elsewhere} +elsewhere +error_managing: No file`, 'm'));
  const cut = await guide.shell(
    `head -n 5 cinder.jsonl > cut.jsonl; scoria import cinder cut.jsonl 2>&1 || echo "exit $?"`,
  );
  assert.match(cut, /the end is missing.*\nexit 1/s);
  const { quota_set: quota } = await admin(`/v3/os-quota-sets/${made.project}?usage=true`);
  assert.equal(quota.volumes.in_use, 2, 'what was not taken over is not counted');
});

test('every command of the guide was run', () => assert.deepEqual(guide.left(), []));
