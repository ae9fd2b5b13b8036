// Image metadata of volumes: actions that set, remove and show what the image said that a volume was made from.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import * as is from '../http/answer-types.ts';
import { badRequest, notFound } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { reach } from '../http/policy.ts';
import { lockedStatuses } from '../volume-metadata/store.ts';
import { onVolume } from '../volumes/store.ts';
import { setBody, showBody, unsetBody } from './body.ts';
import { imageMetadataRules } from './policy.ts';
import { changeImageMetadata, type Found, readImageMetadata } from './store.ts';

const absentVolume = (id: string) => `Volume ${id} could not be found.`;

async function find(call: Call<unknown, 'volume_id'>): Promise<Found | null> {
  const id = call.params.volume_id;
  return readImageMetadata(call.ports.database, reach(call.actor), id);
}

async function read(call: Call<unknown, 'volume_id'>): Promise<Found> {
  const found = await find(call);
  if (found === null) throw notFound(absentVolume(call.params.volume_id));
  return found;
}

async function change(
  call: Call<unknown, 'volume_id'>,
  way: 'merge' | 'remove',
  fields: Readonly<Record<string, string>>,
) {
  const id = call.params.volume_id;
  const when = { now: timestamp(call.ports.clock), request_id: call.requestId };
  return changeImageMetadata(call.ports.database, reach(call.actor), way, { id, ...fields, ...when });
}

/** The refusal of a change that changed nothing. */
function refused(status: string, doing: 'Updating' | 'Deleting') {
  const isLocked = lockedStatuses.some((one) => one === status);
  return badRequest(
    isLocked
      ? `Invalid volume: ${doing} volume metadata is not allowed for volumes in ${status} status.`
      : 'Invalid volume: The volume was changed by another request. Try again.',
  );
}

async function set(call: Call<Static<typeof setBody>, 'volume_id'>) {
  const { metadata } = call.body['os-set_image_metadata'];
  const whole = await change(call, 'merge', { metadata: JSON.stringify(metadata) });
  if (whole !== null) return { metadata: whole };
  throw refused((await read(call)).status, 'Updating');
}

async function unset(call: Call<Static<typeof unsetBody>, 'volume_id'>): Promise<void> {
  const { key } = call.body['os-unset_image_metadata'];
  if ((await change(call, 'remove', { key })) !== null) return;
  const { metadata, status } = await read(call);
  if (!Object.hasOwn(metadata, key)) throw notFound('Metadata item was not found');
  throw refused(status, 'Deleting');
}

async function show(call: Call<Static<typeof showBody>, 'volume_id'>) {
  return { metadata: (await read(call)).metadata };
}

const action = {
  method: 'POST',
  path: '/volumes/{volume_id}/action',
  success: 200,
  target: onVolume,
} as const;

export const imageMetadata: Resource = {
  name: 'image-metadata',
  rules: imageMetadataRules,
  operations: [
    operation({
      name: 'volume-set-image-metadata',
      summary: 'Set image metadata of a volume',
      ...action,
      action: 'os-set_image_metadata',
      policy: ['volume_extension:volume_image_metadata:set'],
      body: setBody,
      answers: is.object({ metadata: is.texts }),
      handler: set,
    }),
    operation({
      name: 'volume-unset-image-metadata',
      summary: 'Remove a key of the image metadata of a volume',
      ...action,
      action: 'os-unset_image_metadata',
      policy: ['volume_extension:volume_image_metadata:remove'],
      body: unsetBody,
      handler: unset,
    }),
    operation({
      name: 'volume-show-image-metadata',
      summary: 'Show the image metadata of a volume',
      ...action,
      action: 'os-show_image_metadata',
      policy: ['volume:get_volume_metadata'],
      body: showBody,
      answers: is.object({ metadata: is.texts }),
      handler: show,
    }),
  ],
};
