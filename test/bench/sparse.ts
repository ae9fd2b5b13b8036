// npm run bench:sparse: whether time follows the data and not the size, for everything that copies a volume.
//
//   npm run bench:sparse [-- GIB]     a volume of that size (100 unless said) with 1 MiB of data
//
// On the file driver in a folder of its own, which is removed at the end. Beside each time stands what the same takes
// for a volume of 1 GiB with the same data: the ratio of the two should be near 1.

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { qemuImgConverter } from '../../infra/converter/qemu-img.ts';
import { webDigests } from '../../infra/digests/web.ts';
import { directoryObjects } from '../../infra/objects/directory.ts';
import { restoreBackup } from '../../workers/backups/read.ts';
import { writeBackup } from '../../workers/backups/write.ts';
import { copyData } from '../../workers/data/copy.ts';
import type { Backend, Data, Snapshot, Volume } from '../../workers/driver.ts';
import { fileDriver } from '../../workers/drivers/file/index.ts';
import { fill } from '../../workers/images/fill.ts';
import { piecesOf } from '../../workers/images/read-volume.ts';
import { testPorts } from '../drivers/ports.ts';

const mib = 2 ** 20;
const { signal } = new AbortController();
const call = { signal };

async function onData<T>(backend: Backend, volume: Volume, work: (data: Data) => Promise<T>): Promise<T> {
  if (backend.openData === undefined) throw new Error('the back end does not open data');
  const data = await backend.openData({ kind: 'volume', volume }, 'rw', call);
  return work(data).finally(() => data.close());
}

/** Every way to copy a volume of that size, with the milliseconds it takes. */
async function measure(folder: string, sizeGiB: number): Promise<Map<string, number>> {
  const open = (name: string) => fileDriver.open({ directory: join(folder, name) }, testPorts);
  const [one, two] = [await open(`one-${sizeGiB}`), await open(`two-${sizeGiB}`)];
  const objects = directoryObjects(join(folder, `backups-${sizeGiB}`));
  const converter = qemuImgConverter(join(folder, 'conversions'));
  const pool = (await one.stats(call)).pools[0]?.name ?? '';
  const blank = (): Volume => ({ id: randomUUID(), sizeGiB, pool, location: null, qos: {}, extraSpecs: {} });
  const made = async (backend: Backend) => {
    const volume = blank();
    await backend.create(volume, { kind: 'blank' }, call);
    return volume;
  };
  /** A volume with 1 MiB in its middle. */
  const used = async (backend: Backend) => {
    const volume = await made(backend);
    await onData(backend, volume, (data) => data.write(data.sizeBytes / 2, new Uint8Array(mib).fill(7)));
    return volume;
  };
  async function* image() {
    yield { offset: 0, bytes: new Uint8Array(mib).fill(9) };
  }
  const times = new Map<string, number>();
  const time = async (name: string, work: () => Promise<unknown>) => {
    const since = performance.now();
    await work();
    times.set(name, performance.now() - since);
  };

  const source = await used(one);
  const snapshot: Snapshot = { id: randomUUID(), volume: source, location: null };
  await time('snapshot', async () => one.snapshot?.create(snapshot, call));
  await time('clone', () => one.create(blank(), { kind: 'volume', volume: source }, call));
  await time('volume from a snapshot', () => one.create(blank(), { kind: 'snapshot', snapshot }, call));
  await time('revert', async () => one.revert?.(source, snapshot, call));
  const plan = { id: randomUUID(), volumeId: source.id, parentKey: null, signal };
  const store = { objects, digests: webDigests() };
  let key = '';
  await time('backup', async () => {
    key = (await onData(one, source, (data) => writeBackup(store, data, plan))).key;
  });
  const fresh = await made(one);
  await time('restore to a new volume', () => onData(one, fresh, (data) => restoreBackup(store, key, data, signal)));
  const old = await used(one);
  await time('restore over a volume', () => onData(one, old, (data) => restoreBackup(store, key, data, signal)));
  const booted = await used(one);
  await time('reimage with 1 MiB', () => onData(one, booted, (data) => fill(data, image(), signal)));
  await time('upload as qcow2', () =>
    onData(one, source, async (data) => {
      const disk = { sizeBytes: data.sizeBytes, pieces: () => piecesOf(data, signal) };
      const encoded = await converter.encode(disk, 'qcow2', signal);
      for await (const part of encoded.bytes()) if (part.length === 0) throw new Error('an empty part');
      await encoded.close();
    }),
  );
  const moved = await made(two);
  await time('move to another back end', () =>
    onData(one, source, (from) => onData(two, moved, (to) => copyData(from, to, signal))),
  );
  await Promise.all([one.close(), two.close()]);
  return times;
}

const sizeGiB = Number(process.argv[2] ?? 100);
if (!Number.isInteger(sizeGiB) || sizeGiB < 1) throw new Error('give the size in whole GiB');
const folder = await mkdtemp(join(process.env.TMPDIR ?? tmpdir(), 'scoria-sparse-'));
try {
  const small = await measure(folder, 1);
  const large = await measure(folder, sizeGiB);
  console.log(`1 MiB of data in ${' '.repeat(12)} 1 GiB   ${sizeGiB} GiB   ratio`);
  for (const [name, milliseconds] of large) {
    const base = small.get(name) ?? 0;
    const cells = [`${base.toFixed(1)} ms`, `${milliseconds.toFixed(1)} ms`, (milliseconds / base).toFixed(1)];
    console.log(name.padEnd(26) + cells.map((one) => one.padStart(12)).join(''));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
