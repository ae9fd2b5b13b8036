// The metadata of a snapshot: as a whole and pair by pair.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import * as is from '../http/answer-types.ts';
import { badRequest, notFound } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { reach } from '../http/policy.ts';
import { onSnapshot } from '../snapshots/store.ts';
import { metadataKey } from '../volume-metadata/metadata-body.ts';
import type { Change, Metadata } from '../volume-metadata/store.ts';
import { allBody, oneBody } from './body.ts';
import { snapshotMetadataRules } from './policy.ts';
import { snapshotMetadata as store } from './store.ts';

const absentSnapshot = (id: string) => `Snapshot ${id} could not be found.`;
const absentKey = (id: string, key: string) => `Snapshot ${id} has no metadata with key ${key}.`;

async function find(call: Call<unknown, 'snapshot_id'>): Promise<Metadata | null> {
  const id = call.params.snapshot_id;
  const found = await store.read(call.ports.database, reach(call.actor), id);
  return found?.metadata ?? null;
}

async function read(call: Call<unknown, 'snapshot_id'>): Promise<Metadata> {
  const metadata = await find(call);
  if (metadata === null) throw notFound(absentSnapshot(call.params.snapshot_id));
  return metadata;
}

const changeOf = (call: Call<unknown>): Change => ({ now: timestamp(call.ports.clock), requestId: call.requestId });

async function write(
  call: Call<unknown, 'snapshot_id'>,
  way: 'merge' | 'replace',
  wanted: Metadata,
): Promise<Metadata> {
  const id = call.params.snapshot_id;
  const { database } = call.ports;
  const written = await store.write(database, reach(call.actor), id, way, wanted, null, changeOf(call));
  if (written === null) throw notFound(absentSnapshot(id));
  return written;
}

async function list(call: Call<unknown, 'snapshot_id'>) {
  return { metadata: await read(call) };
}

async function show(call: Call<unknown, 'snapshot_id' | 'key'>) {
  const key = call.params.key;
  const metadata = await read(call);
  if (!Object.hasOwn(metadata, key)) throw notFound(absentKey(call.params.snapshot_id, key));
  return { meta: { [key]: metadata[key] } };
}

async function merge(call: Call<Static<typeof allBody>, 'snapshot_id'>) {
  return { metadata: await write(call, 'merge', call.body.metadata) };
}

async function replace(call: Call<Static<typeof allBody>, 'snapshot_id'>) {
  return { metadata: await write(call, 'replace', call.body.metadata) };
}

async function set(call: Call<Static<typeof oneBody>, 'key' | 'snapshot_id'>) {
  const { meta } = call.body;
  if (!Object.hasOwn(meta, call.params.key)) throw badRequest('Request body and URI mismatch');
  await write(call, 'merge', meta);
  return { meta };
}

async function remove(call: Call<unknown, 'key' | 'snapshot_id'>): Promise<void> {
  const id = call.params.snapshot_id;
  const key = call.params.key;
  // A key with a slash may be there since the snapshot was made.
  const isKey = metadataKey.test(key);
  if (isKey && (await store.remove(call.ports.database, reach(call.actor), id, key, changeOf(call)))) return;
  await read(call);
  throw notFound(absentKey(id, key));
}

const common = {
  success: 200,
  target: onSnapshot,
} as const;
const whole = is.object({ metadata: is.texts });
const pair = is.object({ meta: is.pairOf(is.text) });

const all = { ...common, path: '/snapshots/{snapshot_id}/metadata' } as const;
const one = { ...common, path: '/snapshots/{snapshot_id}/metadata/{key}' } as const;

export const snapshotMetadata: Resource = {
  name: 'snapshot-metadata',
  rules: snapshotMetadataRules,
  operations: [
    operation({
      name: 'snapshot-metadata-list',
      summary: 'Show all metadata of a snapshot',
      ...all,
      method: 'GET',
      policy: ['volume:get_snapshot_metadata'],
      answers: whole,
      handler: list,
    }),
    operation({
      name: 'snapshot-metadata-merge',
      summary: 'Add pairs to the metadata of a snapshot',
      ...all,
      method: 'POST',
      policy: ['volume:update_snapshot_metadata'],
      body: allBody,
      answers: whole,
      handler: merge,
    }),
    operation({
      name: 'snapshot-metadata-replace',
      summary: 'Replace all metadata of a snapshot',
      ...all,
      method: 'PUT',
      policy: ['volume:update_snapshot_metadata'],
      body: allBody,
      answers: whole,
      handler: replace,
    }),
    operation({
      name: 'snapshot-metadata-show',
      summary: 'Show one pair of the metadata of a snapshot',
      ...one,
      method: 'GET',
      policy: ['volume:get_snapshot_metadata'],
      answers: pair,
      handler: show,
    }),
    operation({
      name: 'snapshot-metadata-set',
      summary: 'Set one pair of the metadata of a snapshot',
      ...one,
      method: 'PUT',
      policy: ['volume:update_snapshot_metadata'],
      body: oneBody,
      answers: pair,
      handler: set,
    }),
    operation({
      name: 'snapshot-metadata-delete',
      summary: 'Remove one pair of the metadata of a snapshot',
      ...one,
      method: 'DELETE',
      policy: ['volume:delete_snapshot_metadata'],
      handler: remove,
    }),
  ],
};
