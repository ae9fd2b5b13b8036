// The metadata of a volume: as a whole and pair by pair.
import type { Static } from '@sinclair/typebox';
import * as is from '../http/answer-types.ts';
import { badRequest, notFound } from '../http/faults.ts';
import { Answer, at, type Call, operation, type Resource } from '../http/operation.ts';
import { onVolume } from '../volumes/store.ts';
import { allBody, oneBody } from './body.ts';
import { bodyOf, etagOf } from './etag.ts';
import { volumeMetadataRules } from './policy.ts';
import { absentKey, read, remove, write } from './write.ts';

async function list(call: Call<unknown, 'volume_id'>) {
  const { metadata } = await read(call);
  return new Answer(200, bodyOf(metadata), at(call, 'metadata-etag') ? { Etag: etagOf(metadata) } : {});
}

async function show(call: Call<unknown, 'volume_id' | 'key'>) {
  const key = call.params.key;
  const { metadata } = await read(call);
  if (!Object.hasOwn(metadata, key)) throw notFound(absentKey(call.params.volume_id, key));
  return { meta: { [key]: metadata[key] } };
}

async function merge(call: Call<Static<typeof allBody>, 'volume_id'>) {
  return { metadata: await write(call, 'merge', call.body.metadata, false) };
}

async function replace(call: Call<Static<typeof allBody>, 'volume_id'>) {
  return { metadata: await write(call, 'replace', call.body.metadata, true) };
}

async function set(call: Call<Static<typeof oneBody>, 'key' | 'volume_id'>) {
  const { meta } = call.body;
  if (!Object.hasOwn(meta, call.params.key)) throw badRequest('Request body and URI mismatch');
  await write(call, 'merge', meta, true);
  return { meta };
}

const whole = is.object({ metadata: is.texts });
const pair = is.object({ meta: is.pairOf(is.text) });

const all = { path: '/volumes/{volume_id}/metadata', success: 200, target: onVolume } as const;
const one = { ...all, path: '/volumes/{volume_id}/metadata/{key}' } as const;

export const volumeMetadata: Resource = {
  name: 'volume-metadata',
  rules: volumeMetadataRules,
  operations: [
    operation({
      name: 'volume-metadata-list',
      summary: 'Show all metadata of a volume',
      ...all,
      method: 'GET',
      policy: ['volume:get_volume_metadata'],
      answers: whole,
      headers: { Etag: is.since('3.15', is.text) },
      handler: list,
    }),
    operation({
      name: 'volume-metadata-merge',
      summary: 'Add pairs to the metadata of a volume',
      ...all,
      method: 'POST',
      policy: ['volume:create_volume_metadata'],
      body: allBody,
      answers: whole,
      handler: merge,
    }),
    operation({
      name: 'volume-metadata-replace',
      summary: 'Replace all metadata of a volume',
      ...all,
      method: 'PUT',
      policy: ['volume:update_volume_metadata'],
      body: allBody,
      answers: whole,
      faults: [412],
      handler: replace,
    }),
    operation({
      name: 'volume-metadata-show',
      summary: 'Show one pair of the metadata of a volume',
      ...one,
      method: 'GET',
      policy: ['volume:get_volume_metadata'],
      answers: pair,
      handler: show,
    }),
    operation({
      name: 'volume-metadata-set',
      summary: 'Set one pair of the metadata of a volume',
      ...one,
      method: 'PUT',
      policy: ['volume:update_volume_metadata'],
      body: oneBody,
      answers: pair,
      faults: [412],
      handler: set,
    }),
    operation({
      name: 'volume-metadata-delete',
      summary: 'Remove one pair of the metadata of a volume',
      ...one,
      method: 'DELETE',
      policy: ['volume:delete_volume_metadata'],
      handler: remove,
    }),
  ],
};
