// Exports: what hosts connect to, one for each attachment, and what the worker's own copies connect to.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ConnectionInfo, ConnectOptions, Connector, Volume } from '../../driver.ts';
import { filterNode } from './nodes.ts';
import type { QsdSettings } from './options.ts';
import { type Qmp, QmpError } from './qmp.ts';
import type { ExportRecord, VolumeRecord } from './records.ts';

interface Exported {
  readonly id: string;
  readonly 'shutting-down': boolean;
}

/** The server of all exports; starting it twice is fine, as a worker does that takes a daemon over. */
export async function startServer(qmp: Qmp, settings: QsdSettings): Promise<void> {
  const { tlsDirectory, listen } = settings;
  if (tlsDirectory !== null) {
    const tls = { 'qom-type': 'tls-creds-x509', id: 'tls', endpoint: 'server', dir: tlsDirectory, 'verify-peer': true };
    await qmp.run('object-add', tls).catch(unless(/duplicate property/));
  }
  const addr =
    listen.kind === 'unix'
      ? { type: 'unix', data: { path: socketOf(settings) } }
      : { type: 'inet', data: { host: listen.host, port: String(listen.port) } };
  const given = { addr, ...(tlsDirectory === null ? {} : { 'tls-creds': 'tls' }) };
  await qmp.run('nbd-server-start', given).catch(unless(/already running/));
}

export const socketOf = ({ listen, directory }: QsdSettings): string =>
  (listen.kind === 'unix' ? listen.path : null) ?? join(directory, 'nbd.sock');

/** Makes the exports of an open volume exactly those of its record. */
export async function exportAll(qmp: Qmp, volume: VolumeRecord): Promise<void> {
  const wanted = new Map(volume.exports.map((one) => [idOf(volume.id, one), one]));
  const prefix = `x-${volume.id}-`;
  const there = (await exportsOf(qmp)).filter(({ id }) => id.startsWith(prefix));
  for (const { id } of there) if (!wanted.has(id)) await drop(qmp, id);
  for (const [id, one] of wanted) {
    if (there.some((other) => other.id === id)) continue;
    const what = { type: 'nbd', id, 'node-name': filterNode(volume.id), name: nameOf(volume.id, one) };
    await qmp.run('block-export-add', { ...what, writable: one.isWritable });
  }
}

/** What the worker reads and writes through; `node` is open. */
export async function exportData(qmp: Qmp, node: string, number: number, isWritable: boolean): Promise<string> {
  const id = `d-${number}`;
  await qmp.run('block-export-add', { type: 'nbd', id, 'node-name': node, name: id, writable: isWritable });
  return id;
}

/** What another worker left of its copies. */
export async function dropWorkersExports(qmp: Qmp): Promise<void> {
  for (const { id } of await exportsOf(qmp)) if (id.startsWith('d-')) await drop(qmp, id);
}

/** Ends an export with its connections. Resolves when nothing can be written through it any more. */
export async function drop(qmp: Qmp, id: string): Promise<void> {
  let stop = () => {};
  const deleted = new Promise<void>((resolve) => {
    stop = qmp.listen((name, data) => {
      if (name === 'BLOCK_EXPORT_DELETED' && data.id === id) resolve();
    });
  });
  try {
    await qmp.run('block-export-del', { id, mode: 'hard' }).catch(unless(/not found/));
    const isThere = (await exportsOf(qmp)).some((one) => one.id === id);
    if (isThere) await Promise.race([deleted, qmp.lost]);
  } finally {
    stop();
  }
}

const exportsOf = (qmp: Qmp) => qmp.run<readonly Exported[]>('query-block-exports');

/** Older calls have no attachment: for these, exports are distinguished by the names of hosts. */
export function exportFor(volume: Volume, connector: Connector, options: ConnectOptions): ExportRecord {
  const host = hostOf(connector);
  const { attachmentId, mode } = options;
  return { key: keyOf(volume.id, attachmentId, host), attachmentId, host, isWritable: mode === 'rw' };
}

export function keyOf(volumeId: string, attachmentId: string, host: string): string {
  const isPlain = attachmentId !== volumeId && /^[\w-]{1,64}$/.test(attachmentId);
  return isPlain ? attachmentId : createHash('sha256').update(`${attachmentId}\n${host}`).digest('hex').slice(0, 32);
}

export const hostOf = ({ host }: Connector): string => (typeof host === 'string' ? host : '');

const idOf = (volumeId: string, { key }: ExportRecord) => `x-${volumeId}-${key}`;
const nameOf = (volumeId: string, { key }: ExportRecord) => `volume-${volumeId}.${key}`;

/** How a host reaches it. */
export function connectionOf(settings: QsdSettings, volume: Volume, one: ExportRecord): ConnectionInfo {
  const name = nameOf(volume.id, one);
  const { listen, advertise, tlsDirectory } = settings;
  const tls = tlsDirectory === null ? '' : 's';
  const at = advertise ?? (listen.kind === 'tcp' ? listen : null);
  const host = at?.host.includes(':') ? `[${at.host}]` : at?.host;
  const reach =
    at === null
      ? { path: socketOf(settings), uri: `nbd${tls}+unix:///${name}?socket=${socketOf(settings)}` }
      : { host: at.host, port: at.port, uri: `nbd${tls}://${host}:${at.port}/${name}` };
  const data = { volume_id: volume.id, export: name, ...reach, tls: tlsDirectory !== null, format: 'raw' };
  return { driver_volume_type: 'nbd', data: { ...data, access_mode: one.isWritable ? 'rw' : 'ro' } };
}

function unless(words: RegExp) {
  return (error: unknown): void => {
    if (!(error instanceof QmpError && words.test(error.message))) throw error;
  };
}
