// What a dashboard does seldom. The usual, on a real one: index.test.ts.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { type Dashboard, type Reply, type Request, startDashboard } from '../../../test/ceph/dashboard.ts';
import { testPorts } from '../../../test/drivers/ports.ts';
import { assertContractError } from '../../../test/drivers/watch.ts';
import type { Backend, DriverError, Volume } from '../../driver.ts';
import { cephRbdDriver } from './index.ts';

const password = 'open-sesame-4711';
const call = { signal: new AbortController().signal };
const volume: Volume = {
  ...{
    id: 'c0f02a15-0000-4000-8000-000000000001',
    sizeGiB: 1,
    pool: 'volumes',
    location: null,
    qos: {},
    extraSpecs: {},
  },
};
const optionsFor = (...at: readonly Dashboard[]) => ({
  ...{ url: at.map(({ url }) => url).join(','), user: 'scoria', password, monitors: '127.0.0.1:6789' },
});

type Answers = (request: Request) => Reply | null;

async function onDashboard(reply: Answers, work: (backend: Backend, dashboard: Dashboard) => Promise<void>) {
  const dashboard = await startDashboard(reply);
  try {
    const backend = await cephRbdDriver.open(optionsFor(dashboard), testPorts);
    await work(backend, dashboard);
    await backend.close();
  } finally {
    await dashboard.close();
  }
}

async function failure(promise: Promise<unknown>): Promise<DriverError> {
  const error = await promise.then(
    () => assert.fail('it succeeds'),
    (reason: unknown) => reason,
  );
  assertContractError(error, [password]);
  return error as DriverError; // as was just seen
}

const create = { name: 'rbd/create', metadata: { pool_name: 'volumes', image_name: `volume-${volume.id}` } };

test('a call that is answered with 202 is followed to its end', async () => {
  let looks = 0;
  const reply: Answers = ({ method, path }) => {
    if (method === 'POST' && path === '/block/image') return { status: 202, body: create };
    if (path !== '/task') return null;
    looks += 1;
    const other = {
      ...create,
      metadata: { ...create.metadata, image_name: 'another' },
      success: false,
      begin_time: '9',
    };
    const done = { ...create, success: true, begin_time: '2', exception: null };
    const isDone = looks > 2;
    return { body: { executing_tasks: isDone ? [] : [create], finished_tasks: isDone ? [other, done] : [other] } };
  };
  await onDashboard(reply, async (backend) => {
    await backend.create(volume, { kind: 'blank' }, call);
    assert.equal(looks, 3);
  });
});

test('a call that fails after its answer fails with what the task says', async () => {
  const reply: Answers = ({ method, path }) => {
    if (method === 'POST' && path === '/block/image') return { status: 202, body: create };
    if (path !== '/task') return null;
    const exception = { detail: '[errno 28] no room', code: '28', component: 'rbd' };
    return {
      body: { executing_tasks: [], finished_tasks: [{ ...create, success: false, begin_time: '1', exception }] },
    };
  };
  await onDashboard(reply, async (backend) => {
    const error = await failure(backend.create(volume, { kind: 'blank' }, call));
    assert.equal(error.failure, 'no-space');
    assert.match(error.message, /no room/);
  });
});

test('a name without an image is what a manager left that died: it is removed and made again', async () => {
  let isTaken = true;
  const reply: Answers = ({ method, path }) => {
    if (method === 'DELETE' && path.endsWith(volume.id)) isTaken = false;
    if (method === 'DELETE') return { status: 204 };
    if (method !== 'POST' || path !== '/block/image') return null;
    return isTaken ? { status: 400, body: { code: '17', detail: 'exists' } } : { status: 201 };
  };
  await onDashboard(reply, async (backend, { asked }) => {
    await backend.create(volume, { kind: 'blank' }, call);
    assert.equal(asked.filter((one) => one === 'POST /block/image').length, 2);
  });
});

test('a copy that another try has made first leaves nothing behind, and the next try finds it', async () => {
  const source = { ...volume, id: 'c0f02a15-0000-4000-8000-000000000002' };
  const images = new Map<string, object>();
  const image = (name: string, more: object) =>
    images.set(name, {
      name,
      pool_name: 'volumes',
      size: 2 ** 30,
      parent: null,
      snapshots: [],
      configuration: [],
      ...more,
    });
  const taken = { name: `clone-${volume.id}`, size: 2 ** 30, is_protected: true, children: [] };
  image(`volume-${source.id}`, { snapshots: [taken] });
  const parent = { pool_name: 'volumes', image_name: `volume-${source.id}`, snap_name: taken.name };
  const reply: Answers = ({ method, path, body }) => {
    const name = /^\/block\/image\/volumes\/([^/]+)$/.exec(path)?.[1] ?? '';
    if (method === 'POST' && path.endsWith('/clone')) image(`making-${volume.id}`, { parent });
    // The other one is quicker.
    if (method === 'PUT' && 'name' in (body as object)) image(`volume-${volume.id}`, { parent });
    if (method === 'PUT') return { status: 400, body: { code: '17', detail: 'exists' } };
    if (method === 'DELETE') return { status: images.delete(name) ? 204 : 404 };
    if (method === 'POST') return path === '/auth' ? null : { status: 201 };
    return images.has(name) ? { body: images.get(name) } : null;
  };
  await onDashboard(reply, async (backend) => {
    const from = { kind: 'volume', volume: source } as const;
    assert.equal((await failure(backend.create(volume, from, call))).failure, 'transient');
    assert.deepEqual([...images.keys()].sort(), [`volume-${volume.id}`, `volume-${source.id}`]);
    assert.deepEqual(await backend.create(volume, from, call), { location: null });
  });
});

test('a token that is not taken any more is asked for again, once', async () => {
  let tokens = 0;
  const reply: Answers = ({ path, token }) => {
    if (path === '/auth') tokens += 1;
    if (path === '/auth') return { body: { token: `token-${tokens}` } };
    return token === 'token-1' && path === '/pool' ? { status: 401 } : null;
  };
  await onDashboard(reply, async (backend) => {
    await backend.stats(call);
    assert.equal(tokens, 2);
  });
});

test('a manager that stands by, and one that is away, are passed over', async () => {
  const active = await startDashboard(() => null);
  const standby = await startDashboard(() => ({ status: 303, headers: { Location: active.url } }));
  const away = await startDashboard(() => null);
  await away.close();
  try {
    const backend = await cephRbdDriver.open(optionsFor(away, standby, active), testPorts);
    assert.equal((await backend.stats(call)).pools[0]?.freeGiB, 8);
    await backend.close();
    assert.deepEqual(new Set(standby.asked), new Set(['POST /auth']));
    await active.close();
    const again = cephRbdDriver.open(optionsFor(away, standby), testPorts);
    assert.equal((await failure(again)).failure, 'transient');
  } finally {
    await standby.close();
    await active.close();
  }
});

test('wrong credentials, a user who may not, and a pool that is not there are said, without the password', async () => {
  const answers: readonly (readonly [RegExp, Answers])[] = [
    [/user and password/, ({ path }) => (path === '/auth' ? { status: 400, body: { detail: password } } : null)],
    [/block-manager/, ({ path }) => (path === '/pool' ? { status: 403 } : null)],
    [/no pool volumes/, ({ path }) => (path === '/pool' ? { body: [] } : null)],
  ];
  for (const [says, reply] of answers) {
    const dashboard = await startDashboard(reply);
    const error = await failure(cephRbdDriver.open(optionsFor(dashboard), testPorts));
    await dashboard.close();
    assert.equal(error.failure, 'fatal');
    assert.match(error.message, says);
  }
});

test('a certificate that nobody vouches for is refused, with a word for it, before the password is sent', async (t) => {
  const run = promisify(execFile);
  const folder = await mkdtemp(join(tmpdir(), 'scoria-ceph-'));
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem'];
  const names = ['-subj', '/CN=mgr', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = run('openssl', ['req', '-x509', ...key, '-out', 'cert.pem', '-days', '2', ...names], { cwd: folder });
  if (!(await made.then(Boolean, () => false))) return t.skip('openssl is not installed');
  const [keyPem, cert] = [await readFile(join(folder, 'key.pem')), await readFile(join(folder, 'cert.pem'))];
  const dashboard = await startDashboard(() => null, { key: keyPem, cert });
  const error = await failure(cephRbdDriver.open(optionsFor(dashboard), testPorts));
  await dashboard.close();
  await rm(folder, { recursive: true });
  assert.match(error.message, /certificate .* not trusted: \w*SELF_SIGNED\w*/);
  assert.deepEqual(dashboard.asked, []);
});

test('of the trash only what is ours, and over, is removed', async () => {
  const ended = '2020-01-01T00:00:00Z';
  const later = '2999-01-01T00:00:00Z';
  const entry = (id: string, name: string, source: string, end: string) => ({
    ...{ id, name, source, deletion_time: ended, deferment_end_time: end },
  });
  const value = [
    entry('1', `volume-${volume.id}`, 'USER', ended),
    entry('2', `volume-${volume.id}`, 'USER', later),
    entry('3', 'somebody-elses', 'USER', ended),
    entry('4', `making-${volume.id}`, 'REMOVING', later),
    entry('5', `volume-${volume.id}`, 'MIRRORING', ended),
  ];
  const reply: Answers = ({ method, path }) => {
    if (method === 'DELETE') return { status: 204 };
    return path === '/block/image/trash' ? { body: [{ status: 0, value, pool_name: 'volumes' }] } : null;
  };
  const dashboard = await startDashboard(reply);
  const backend = await cephRbdDriver.open(optionsFor(dashboard), testPorts);
  await backend.stats(call);
  await backend.close();
  await dashboard.close();
  const removed = dashboard.asked.filter((one) => one.startsWith('DELETE'));
  assert.deepEqual(removed, ['DELETE /block/image/trash/volumes/1', 'DELETE /block/image/trash/volumes/4']);
});
