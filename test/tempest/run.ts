// npm run acceptance:tempest: the volume tests of tempest as Debian packages it, unmodified, against `scoria start`
// with two back ends and dynamic credentials: all of them without an image service, then those with images beside the
// real Glance; and its identity tests against the embedded Keystone. Prints each failure and the reason of each skip;
// the last line sums up. One run alone, or some of its tests: npm run acceptance:tempest -- glance VolumesGetTest. On
// the driver qsd or on ceph-rbd only when asked for: npm run acceptance:tempest -- qsd, or -- ceph
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, signIn } from '../acceptance/clients.ts';
import { advice, type Need, unmetNeeds } from '../acceptance/packages.ts';
import { type Service, startService, temporaryFolder } from '../acceptance/service.ts';
import { endDaemon } from '../drivers/qsd-daemon.ts';
import { makeRaw, mib } from '../glance/disks.ts';
import { startCloud } from '../glance/server.ts';
import { onCeph } from './ceph.ts';
import { type Counts, runTempest } from './tempest.ts';

/** Quota that does not get in the way of tests in parallel: tempest expects it. */
const quota = {
  volumes: 1000,
  snapshots: 1000,
  gigabytes: 100_000,
  backups: 1000,
  backup_gigabytes: 100_000,
  groups: 1000,
};

async function raiseQuota(service: Service): Promise<void> {
  const body = { quota_class_set: quota };
  const told = await ask(service, await signIn(service, 'admin'), 'PUT', '/v3/os-quota-class-sets/default', body);
  if (told.status !== 200) throw new Error(`quota: ${told.status} ${JSON.stringify(told.body)}`);
}

/** The same on volumes of a storage daemon. */
async function onQsd(names: string | undefined): Promise<Counts> {
  const backends = ['one', 'two'];
  const service = await startService({ env: { SCORIA_BACKENDS: backends.map((name) => `${name}=qsd`).join(',') } });
  const backend = { protocol: 'nbd', vendor: 'QEMU', manages: false };
  try {
    await raiseQuota(service);
    return await runTempest({ service, image: null, names: names ?? allVolumes, excluded: withGlanceOnly, backend });
  } finally {
    await service.stop();
    // A daemon goes on while something is attached.
    for (const name of backends) await endDaemon(join(service.data, 'volumes', name));
  }
}

const allVolumes = '^tempest\\.api\\.volume';
const withGlanceOnly = [
  [
    'VolumesExtendTest\\.test_volume_extend\\[',
    'asks the image service, also where it was told that there is none: in the run with Glance',
  ],
] as const;

async function withoutImages(names: string | undefined): Promise<Counts> {
  const service = await startService();
  try {
    await raiseQuota(service);
    return await runTempest({ service, image: null, names: names ?? allVolumes, excluded: withGlanceOnly });
  } finally {
    await service.stop();
  }
}

/** Those that use an image; the rest has been run without. */
const ofImages = `^tempest\\.api\\.volume\\..*(${[
  'VolumesImageMetadata\\.',
  'VolumesCloneTest\\.',
  'VolumesGetTest\\.',
  'VolumesExtendTest\\.',
  'VolumesActionsTest\\.test_volume_upload',
  'test_bootable_volume_backup_and_restore',
  'test_create_volume_from_image_with_decreasing_size',
  'test_create_volume_from_deactivated_image',
].join('|')})`;

/** What the embedded Keystone is not for: see docs/identity.md. */
const notEmbedded: readonly (readonly [string, string])[] = [
  ['DomainConfigurationTestJSON', 'domains have no drivers of their own: users are kept here only'],
  ['EndPointGroupsTest', 'every project has every endpoint in its catalog'],
  ['OAUTHConsumersV3Test', 'nobody signs in by OAuth 1.0a'],
  ['PoliciesTestJSON', 'each service has its own policy file'],
];

async function identity(names: string | undefined): Promise<Counts> {
  const service = await startService();
  try {
    const all = '^tempest\\.api\\.identity\\.(admin\\.)?v3';
    return await runTempest({ service, image: null, names: names ?? all, excluded: notEmbedded });
  } finally {
    await service.stop();
  }
}

async function withGlance(names: string | undefined): Promise<Counts> {
  const cloud = await startCloud();
  try {
    const service = cloud.service();
    await raiseQuota(service);
    const image = await publicImage(service, cloud.glance.url);
    return await runTempest({ service, image, names: names ?? ofImages, excluded: [] });
  } finally {
    await cloud.stop();
  }
}

/** An image that every project sees, as an operator gives it to tempest. */
async function publicImage(service: Service, url: string): Promise<string> {
  const token = await signIn(service, 'admin');
  const path = join(temporaryFolder(), 'image.raw');
  makeRaw(path, 4 * mib);
  const headers = { 'X-Auth-Token': token, 'Content-Type': 'application/json' };
  const record = { name: 'tempest', visibility: 'public', container_format: 'bare', disk_format: 'raw' };
  const made = await fetch(`${url}/v2/images`, { method: 'POST', headers, body: JSON.stringify(record) });
  const { id } = (await made.json()) as { id: string };
  const sent = await fetch(`${url}/v2/images/${id}/file`, {
    method: 'PUT',
    headers: { ...headers, 'Content-Type': 'application/octet-stream' },
    body: readFileSync(path),
  });
  if (sent.status !== 204) throw new Error(`image: ${made.status}, ${sent.status} ${await sent.text()}`);
  return id;
}

interface Run {
  readonly name: string;
  readonly needs: readonly Need[];
  /** Run only when it is asked for. */
  readonly onRequest?: true;
  readonly start: (names: string | undefined) => Promise<Counts>;
}

const runs: readonly Run[] = [
  { name: 'plain', needs: ['tempest'], start: withoutImages },
  { name: 'qsd', needs: ['tempest', 'qsd'], onRequest: true, start: onQsd },
  {
    name: 'ceph',
    needs: ['tempest', 'ceph'],
    onRequest: true,
    start: (names) => onCeph(names, raiseQuota),
  },
  { name: 'glance', needs: ['tempest', 'glance'], start: withGlance },
  { name: 'identity', needs: ['tempest'], start: identity },
];

async function main([first, second]: readonly string[]): Promise<number> {
  const isName = runs.some(({ name }) => name === first);
  const wanted = runs.filter(({ name, onRequest }) => (isName ? name === first : !onRequest));
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, needs, start } of wanted) {
    const unmet = unmetNeeds(needs);
    if (unmet.length > 0) process.stdout.write(`SKIPPED tempest, ${name}: ${unmet.map(advice).join('; ')}\n`);
    const counts = unmet.length > 0 ? { passed: 0, failed: 0, skipped: 1 } : await start(isName ? second : first);
    for (const key of ['passed', 'failed', 'skipped'] as const) sum[key] += counts[key];
    process.stdout.write(`${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  }
  process.stdout.write(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`);
  return sum.failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
