// An open directory with its daemon: what every call of the driver works on.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type DriverCall, DriverError, type DriverPorts } from '../../driver.ts';
import { volumeName } from '../../driver-kit/names.ts';
import { Turns } from '../../driver-kit/turns.ts';
import { Daemon } from './daemon.ts';
import { failureOf } from './errors.ts';
import { dropWorkersExports, exportAll, startServer } from './exports.ts';
import { Graph } from './graph.ts';
import { layerNode } from './nodes.ts';
import type { QsdSettings } from './options.ts';
import type { Qmp } from './qmp.ts';
import { Records, type VolumeRecord } from './records.ts';

export interface Place {
  readonly settings: QsdSettings;
  readonly ports: DriverPorts;
  readonly records: Records;
  readonly graph: Graph;
  readonly daemon: Daemon;
  readonly turns: Turns;
  /** How many of the worker's own copies have a volume or layer open, by its name. */
  readonly uses: Map<string, number>;
}

/** The path of a unix socket cannot be longer. */
const mostPath = 107;

export async function openPlace(settings: QsdSettings, ports: DriverPorts): Promise<Place> {
  const { directory } = settings;
  if (Buffer.byteLength(join(directory, 'qmp.sock')) > mostPath) {
    throw new DriverError(
      'fatal',
      `The qsd driver's option directory cannot be used. Its path is too long for a socket.`,
    );
  }
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const records = await Records.open(directory);
    const graph = new Graph(records, ports);
    const uses = new Map<string, number>();
    const daemon = new Daemon(settings, ports, (qmp) => rebuild({ settings, ports, records, graph, uses }, qmp));
    await daemon.ready();
    return { settings, ports, records, graph, daemon, turns: new Turns(), uses };
  } catch (error) {
    throw failureOf(error, directory);
  }
}

/** Runs work on one object, alone; errors come out as DriverErrors. */
export function onObject<T>(place: Place, name: string, call: DriverCall, work: (qmp: Qmp) => Promise<T>): Promise<T> {
  return place.turns.take(name, call, async () => {
    try {
      return await work(await place.daemon.ready());
    } catch (error) {
      throw failureOf(error, place.settings.directory);
    }
  });
}

/** Whether a host or the worker uses the volume. */
export const isUsed = ({ uses }: Pick<Place, 'uses'>, { exports, id }: VolumeRecord) =>
  exports.length > 0 || uses.has(volumeName(id));

type Rebuilt = Pick<Place, 'settings' | 'ports' | 'records' | 'graph' | 'uses'>;

/** Makes a daemon serve what the records say, whether it is new or was here before us. */
async function rebuild(place: Rebuilt, qmp: Qmp): Promise<void> {
  const { records, graph, uses } = place;
  uses.clear();
  await startServer(qmp, place.settings);
  await dropWorkersExports(qmp);
  await graph.learn(qmp);
  for (const volume of records.volumes.values()) {
    const isOther = graph.isOpen(volume.id) && !graph.hasNode(layerNode(volume.layer));
    if (isOther) await exportAll(qmp, { ...volume, exports: [] });
    if (isOther) await graph.closeStray(qmp, volume.id);
    if (volume.exports.length === 0) {
      if (graph.isOpen(volume.id)) await graph.closeVolume(qmp, volume);
      continue;
    }
    try {
      await graph.openVolume(qmp, volume);
      await exportAll(qmp, volume);
    } catch (error) {
      // A key that has gone keeps its own volume closed, and no other.
      if (!(error instanceof DriverError && error.failure === 'fatal')) throw error;
      place.ports.log('error', 'qsd-volume-not-opened', { volume: volume.id, reason: error.message });
    }
  }
}
