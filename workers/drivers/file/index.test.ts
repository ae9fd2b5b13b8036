import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  link,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { driverConformance } from '../../../test/drivers/conformance.ts';
import { testPorts } from '../../../test/drivers/ports.ts';
import { type Backend, type ConnectionInfo, type DriverCall, DriverError, type Volume } from '../../driver.ts';
import { gnuCopy, sparseCopy } from './copy.ts';
import { failureOf } from './errors.ts';
import { fileDriver } from './index.ts';

const run = promisify(execFile);
const ports = testPorts;
const gib = 1024 ** 3;
const hasQemu = (await Promise.allSettled([run('qemu-io', ['--version'])]))[0].status === 'fulfilled';

driverConformance('file', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'scoria-file-'));
  const opened: Backend[] = [];
  const openIt = async () => {
    const backend = await fileDriver.open({ directory, total_capacity_gib: '1000' }, ports);
    opened.push(backend);
    return backend;
  };
  return {
    driver: fileDriver,
    pool: 'pool',
    secrets: [],
    open: openIt,
    reopen: openIt,
    async write(connection, offset, bytes) {
      await inFile(connection, 'r+', (file) => file.write(bytes, 0, bytes.length, offset));
    },
    async read(connection, offset, length) {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await inFile(connection, 'r', (file) => file.read(bytes, 0, length, offset));
      assert.equal(bytesRead, length, 'the volume is as long as it should be');
      return bytes;
    },
    async plant(name, sizeGiB, bytes) {
      await writeFile(join(directory, name), bytes);
      await truncate(join(directory, name), sizeGiB * gib);
      return { 'source-name': name };
    },
    async close() {
      for (const backend of opened) await backend.close();
      await rm(directory, { recursive: true });
    },
  };
});

describe('the file driver', () => {
  let directory: string;
  let backend: Backend;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'scoria-file-'));
    backend = await fileDriver.open({ directory: join(directory, 'a', 'b'), pool: 'p1', durable: 'false' }, ports);
    directory = join(directory, 'a', 'b');
  });
  after(async () => {
    await backend.close();
    await rm(join(directory, '..', '..'), { recursive: true });
  });
  const reopen = () => fileDriver.open({ directory, pool: 'p1', durable: 'false' }, ports);

  test('the directory and the files are closed to others', async () => {
    const volume = await made(backend, 1);
    assert.equal((await stat(directory)).mode & 0o777, 0o700);
    assert.equal((await stat(join(directory, `volume-${volume.id}`))).mode & 0o777, 0o600);
  });

  test('copies stay sparse and keep a hole between the data, by cp and by our own copy alike', async () => {
    const from = join(directory, 'sparse-source');
    const file = await open(from, 'wx');
    await file.write(Buffer.alloc(1024 ** 2, 7), 0, 1024 ** 2, 32 * 1024 ** 2);
    await file.truncate(64 * 1024 ** 2 + 12_345);
    await file.close();
    for (const copy of [gnuCopy, sparseCopy]) {
      const to = join(directory, `sparse-${copy.name}`);
      await copy(from, to, call.signal);
      await run('cmp', [from, to]);
      const { size, blocks } = await stat(to);
      assert.equal(size, 64 * 1024 ** 2 + 12_345);
      assert.ok(blocks * 512 <= 2 * 1024 ** 2, `${copy.name} took ${blocks * 512} bytes`);
      await rm(to);
    }
    await rm(from);
  });

  test('an id that is no UUID never becomes a path', async () => {
    for (const id of ['../../etc/passwd', '', 'x', 'ABCDEF00-0000-4000-8000-000000000001', `${idOf(1)}/..`]) {
      const volume = volumeOf(1, id);
      await fails(backend.create(volume, { kind: 'blank' }, call), 'fatal');
      await fails(backend.remove(volume, call), 'fatal');
      await fails(backend.disconnect(volume, null, { attachmentId: null }, call), 'fatal');
      await fails(backend.connect(volume, {}, { mode: 'rw', attachmentId: '' }, call), 'fatal');
    }
  });

  test('what a crash left half-made is swept at open, and nothing else', async () => {
    const volume = await made(backend, 2);
    const names = async () => (await readdir(directory)).sort();
    const whole = await names();
    await writeFile(join(directory, `.making-volume-${idOf(90)}`), 'half');
    await writeFile(join(directory, `.made-volume-${idOf(90)}`), '{"from":"blank"}');
    const again = await reopen();
    assert.deepEqual(await names(), whole);
    await again.remove(volume, call);
  });

  test('a copy cut off in the middle leaves no file behind', async () => {
    const volume = await made(backend, 3);
    await writeFile(join(directory, `volume-${volume.id}`), Buffer.alloc(64 * 1024 ** 2, 3), { flag: 'r+' });
    const deadline = new AbortController();
    const copy = backend.create(volumeOf(4), { kind: 'volume', volume }, { signal: deadline.signal });
    await begun(directory, idOf(4), copy);
    deadline.abort();
    await fails(copy, 'transient');
    await backend.close();
    assert.deepEqual(await bearing(directory, idOf(4)), []);
    await backend.remove(volume, call);
  });

  test('a worker killed in the middle of a copy leaves nothing half-made: the next one makes it whole', async () => {
    const volume = await made(backend, 3);
    const path = join(directory, `volume-${volume.id}`);
    await writeFile(path, Buffer.alloc(64 * 1024 ** 2, 3), { flag: 'r+' });
    const source = { kind: 'volume', volume } as const;
    const code = `
      const { fileDriver } = await import(${JSON.stringify(import.meta.resolve('./index.ts'))});
      const backend = await fileDriver.open(${JSON.stringify({ directory, pool: 'p1' })}, { now: () => 0 });
      const call = { signal: new AbortController().signal };
      await backend.create(${JSON.stringify(volumeOf(4))}, ${JSON.stringify(source)}, call);`;
    const worker = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' });
    const exited = once(worker, 'exit');
    await begun(directory, idOf(4), exited);
    worker.kill('SIGKILL');
    assert.deepEqual(await exited, [null, 'SIGKILL']);
    assert.deepEqual(await bearing(directory, idOf(4)), [`.making-volume-${idOf(4)}.0`]);
    const next = await reopen();
    assert.deepEqual(await bearing(directory, idOf(4)), []);
    await next.create(volumeOf(4), source, call);
    await run('cmp', ['-n', String(65 * 1024 ** 2), path, join(directory, `volume-${idOf(4)}`)]);
    await next.remove(volumeOf(4), call);
    await next.remove(volume, call);
  });

  test('a removal does not succeed because the file system is not mounted', async () => {
    const volume = await made(backend, 5);
    await rename(directory, `${directory}-away`);
    await fails(backend.remove(volume, call), 'transient');
    await mkdir(directory);
    await fails(backend.remove(volume, call), 'transient');
    await fails(backend.create(volumeOf(6), { kind: 'blank' }, call), 'transient');
    await rm(directory, { recursive: true });
    await rename(`${directory}-away`, directory);
    await backend.remove(volume, call);
  });

  test('after a release the volume is found as source-name volume-<id>, as clients of Cinder expect', async () => {
    assert.ok(backend.manage);
    const volume = await made(backend, 7);
    const reference = { 'source-name': `volume-${volume.id}` };
    await fails(backend.manage.size(reference, call), 'conflict');
    await backend.manage.release(volume, call);
    const { items } = await backend.manage.list(null, call);
    assert.deepEqual(items, [{ reference, sizeGiB: 1, safeToManage: true, reasonNotSafe: null }]);
    await backend.manage.adopt(volumeOf(8), reference, call);
    await backend.remove(volumeOf(8), call);
  });

  test('a reference cannot leave the directory, by path or by symbolic link', async () => {
    assert.ok(backend.manage);
    await symlink('/etc/passwd', join(directory, 'link'));
    for (const name of ['../b', '/etc/passwd', '.', '..', '.made-x', 'a/b', 'a\0b', '']) {
      await fails(backend.manage.size({ 'source-name': name }, call), 'fatal');
    }
    await fails(backend.manage.adopt(volumeOf(9), { 'source-name': 'link' }, call), 'gone');
    await rm(join(directory, 'link'));
  });

  test('a file that has another name is not managed, as a volume or as a snapshot, and is the same under both', async () => {
    assert.ok(backend.manage);
    const volume = await made(backend, 21);
    const elsewhere = `${directory}-elsewhere`;
    await writeFile(elsewhere, 'somebody else’s');
    await link(elsewhere, join(directory, 'two-names'));
    const reference = { 'source-name': 'two-names' };
    const { items } = await backend.manage.list(null, call);
    const listed = items.find((item) => item.reference['source-name'] === 'two-names');
    assert.equal(listed?.safeToManage, false);
    assert.match(listed?.reasonNotSafe ?? '', /hard link/);
    await fails(backend.manage.size(reference, call), 'fatal');
    await fails(backend.manage.adopt(volumeOf(22), reference, call), 'fatal');
    const { snapshots } = backend.manage;
    assert.ok(snapshots);
    await fails(snapshots.adopt({ id: idOf(23), volume, location: null }, reference, call), 'fatal');
    assert.equal(await readFile(elsewhere, 'utf8'), 'somebody else’s');
    assert.equal((await stat(elsewhere)).nlink, 2);
    await rm(elsewhere);
    await backend.manage.adopt(volumeOf(22), reference, call);
    await backend.remove(volumeOf(22), call);
    await backend.remove(volume, call);
  });

  test('1,001 volumes are listed in pages of 1,000, each once', async () => {
    const ids = Array.from({ length: 1001 }, (_, index) => idOf(10_000 + index));
    for (const id of ids) await backend.create(volumeOf(1, id), { kind: 'blank' }, call);
    const pages: string[][] = [];
    let after: string | null = null;
    do {
      const page = await backend.listOwned(after, call);
      pages.push(page.items.map((item) => item.id).filter((id) => ids.includes(id)));
      after = page.next;
    } while (after !== null);
    assert.equal(pages.length, 2);
    assert.deepEqual(pages.flat(), ids);
    await Promise.all(ids.map((id) => backend.remove(volumeOf(1, id), call)));
  });

  test('an option that cannot be used is refused at open by its name', async () => {
    const refused = async (given: Record<string, string>, name: RegExp) =>
      assert.rejects(fileDriver.open({ directory, ...given }, ports), (error) => {
        assert.ok(error instanceof DriverError && error.failure === 'fatal');
        assert.match(error.message, name);
        return true;
      });
    await refused({ directory: 'relative' }, /option directory/);
    await refused({ max_over_subscription_ratio: '0.5' }, /option max_over_subscription_ratio/);
    await refused({ reserved_percentage: 'x' }, /option reserved_percentage/);
    await refused({ total_capacity_gib: '-1' }, /option total_capacity_gib/);
    await refused({ pool: 'a#b' }, /option pool/);
    await refused({ durable: 'yes' }, /option durable/);
    await writeFile(join(directory, 'in-the-way'), '');
    await refused({ directory: join(directory, 'in-the-way') }, /not a directory/);
    await refused({ directory: join(directory, 'in-the-way', 'below') }, /not a directory/);
    await rm(join(directory, 'in-the-way'));
    const inProc = fileDriver.open({ directory: '/proc/scoria/volumes' }, ports);
    await assert.rejects(inProc, DriverError, 'a directory that cannot be made is an error and no endless loop');
  });

  test('each error of the system says what the worker can do about it', () => {
    const told = (code: string) => failureOf(Object.assign(new Error(code), { code }), directory).failure;
    assert.deepEqual(['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EIO', 'EMFILE'].map(told), [
      'no-space',
      'no-space',
      'fatal',
      'fatal',
      'transient',
      'transient',
    ]);
  });

  const skip = hasQemu ? false : 'qemu-io is not on this machine: bytes were not checked by a client that is not ours';
  test('qemu-io reads what qemu-io wrote, through a clone, a snapshot and a revert', { skip }, async () => {
    const volume = await made(backend, 20);
    const qemu = async (which: Volume, ...commands: string[]) => {
      const { data } = await backend.connect(which, {}, { mode: 'rw', attachmentId: '' }, call);
      const args = commands.flatMap((command) => ['-c', command]);
      const { stdout } = await run('qemu-io', ['-f', 'raw', ...args, String(data.device_path)]);
      assert.ok(!stdout.includes('Pattern verification failed'), stdout);
    };
    const snapshot = { id: idOf(21), volume, location: null };
    await qemu(volume, 'write -P 0xa5 0 2M', 'write -P 0x5a 1023M 1M');
    await backend.snapshot?.create(snapshot, call);
    await qemu(volume, 'write -P 0x11 0 2M');
    const copy = volumeOf(22, idOf(22), 2);
    await backend.create(copy, { kind: 'snapshot', snapshot }, call);
    await qemu(
      copy,
      'read -P 0xa5 0 2M',
      'read -P 0 2M 8M',
      'read -P 0x5a 1023M 1M',
      'read -P 0 1G 1M',
      'read -P 0 2047M 1M',
    );
    await qemu(volume, 'read -P 0x11 0 2M');
    await backend.revert?.(volume, snapshot, call);
    await qemu(volume, 'read -P 0xa5 0 2M', 'read -P 0x5a 1023M 1M');
  });
});

const call: DriverCall = { signal: new AbortController().signal };

function idOf(number: number): string {
  return `f11e0000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

function volumeOf(number: number, id = idOf(number), sizeGiB = 1): Volume {
  return { id, sizeGiB, pool: 'p1', location: null, qos: {}, extraSpecs: {} };
}

async function made(backend: Backend, number: number): Promise<Volume> {
  await backend.create(volumeOf(number), { kind: 'blank' }, call);
  return volumeOf(number);
}

/** Waits until the object is being made, or the work ended without our seeing it. */
async function begun(directory: string, id: string, work: Promise<unknown>): Promise<void> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  work.then(end, end);
  while (!ended && !(await bearing(directory, id)).includes(`.making-volume-${id}.0`)) await stat(directory);
}

async function bearing(directory: string, id: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.includes(id));
}

async function inFile<T>(
  { data }: ConnectionInfo,
  flags: string,
  work: (file: Awaited<ReturnType<typeof open>>) => Promise<T>,
): Promise<T> {
  const file = await open(String(data.device_path), flags);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

function fails(promise: Promise<unknown>, failure: string): Promise<void> {
  return assert.rejects(promise, (error) => {
    assert.ok(error instanceof DriverError, String(error));
    assert.equal(error.failure, failure, error.message);
    return true;
  });
}
