// The bytes of a volume or snapshot in the worker's hands: through an export of the worker's own, beside those of
// hosts and without the limits of the volume.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Data, type DataTarget, type DriverCall, DriverError } from '../../driver.ts';
import { gone } from '../../driver-kit/failures.ts';
import { snapshotName, volumeName } from '../../driver-kit/names.ts';
import { untilAborted } from '../../driver-kit/turns.ts';
import { failureOf } from './errors.ts';
import { drop, exportData, socketOf } from './exports.ts';
import { Nbd } from './nbd.ts';
import type { NbdPlace, TlsFiles } from './nbd-open.ts';
import type { QsdSettings } from './options.ts';
import { isUsed, onObject, type Place } from './place.ts';

let last = 0;
const always: DriverCall = { signal: new AbortController().signal };

/** Rejects with `gone` when the target is not there. */
export async function openData(place: Place, target: DataTarget, mode: 'r' | 'rw', call: DriverCall): Promise<Data> {
  const { records, graph, uses, settings } = place;
  last += 1;
  const number = last;
  const name = target.kind === 'volume' ? volumeName(target.volume.id) : snapshotName(target.snapshot.id);
  const node = await onObject(place, name, call, async (qmp) => {
    const { layer } = thereOf(place, target);
    const node = await graph.alone(call, () => graph.openLayers(qmp, layer, target.kind === 'volume'));
    count(uses, name, 1);
    try {
      await exportData(qmp, node, number, mode === 'rw');
    } catch (error) {
      count(uses, name, -1);
      throw error;
    }
    return node;
  });
  const release = () =>
    onObject(place, name, always, async (qmp) => {
      await drop(qmp, `d-${number}`);
      count(uses, name, -1);
      if (uses.has(name)) return;
      const volume = target.kind === 'volume' ? records.volumes.get(target.volume.id) : undefined;
      if (volume !== undefined && isUsed(place, volume)) return;
      await graph.alone(always, async () => {
        if (volume !== undefined) await graph.closeVolume(qmp, volume);
        else await graph.closeLayers(qmp, Number(node.slice(1)));
        await graph.sweep(qmp);
      });
    });
  try {
    const nbd = await Nbd.open(await reach(settings, `d-${number}`), call.signal);
    return dataOf(nbd, settings, mode, call, release);
  } catch (error) {
    await release().catch(() => {});
    if (call.signal.aborted) return untilAborted(Promise.reject(error), call.signal);
    throw failureOf(error, settings.directory);
  }
}

function thereOf({ records }: Place, target: DataTarget): { layer: number } {
  const there =
    target.kind === 'volume' ? records.volumes.get(target.volume.id) : records.snapshots.get(target.snapshot.id);
  if (there === undefined) throw gone(target.kind);
  return there;
}

function count(uses: Map<string, number>, node: string, by: number): void {
  const now = (uses.get(node) ?? 0) + by;
  if (now > 0) uses.set(node, now);
  else uses.delete(node);
}

function dataOf(
  nbd: Nbd,
  { directory }: QsdSettings,
  mode: 'r' | 'rw',
  { signal }: DriverCall,
  release: () => Promise<void>,
): Data {
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await untilAborted(signal.aborted ? new Promise<T>(() => {}) : work(), signal);
    } catch (error) {
      throw failureOf(error, directory);
    }
  };
  const within = (offset: number, length: number) => {
    if (offset >= 0 && length >= 0 && offset + length <= nbd.sizeBytes) return;
    throw new DriverError('fatal', 'The bytes are beyond the end of the volume.');
  };
  const forWriting = () => {
    if (mode !== 'rw') throw new DriverError('fatal', 'The volume was opened for reading.');
  };
  let closing: Promise<void> | null = null;
  return {
    sizeBytes: nbd.sizeBytes,
    async read(offset, length) {
      within(offset, length);
      return run(() => nbd.read(offset, length));
    },
    async write(offset, bytes) {
      forWriting();
      within(offset, bytes.length);
      await run(() => nbd.write(offset, bytes));
    },
    allocated: () => run(() => nbd.allocated()),
    async discard(offset, length) {
      forWriting();
      within(offset, length);
      await run(() => nbd.zero(offset, length));
    },
    flush: () => run(() => nbd.flush()),
    async close() {
      closing ??= nbd.close().then(release);
      await closing;
    },
  };
}

async function reach(settings: QsdSettings, name: string): Promise<NbdPlace> {
  const { listen } = settings;
  const local = (host: string) => (host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host);
  const to = listen.kind === 'unix' ? { path: socketOf(settings) } : { host: local(listen.host), port: listen.port };
  return { to, name, tls: settings.tlsDirectory === null ? null : await tlsFiles(settings.tlsDirectory) };
}

async function tlsFiles(directory: string): Promise<TlsFiles> {
  const file = (name: string) => readFile(join(directory, name));
  const [ca, cert, key] = await Promise.all([file('ca-cert.pem'), file('client-cert.pem'), file('client-key.pem')]);
  return { ca, cert, key };
}
