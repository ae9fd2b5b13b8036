// Uploading a volume to an image: the record is made with the request, its bytes come from a worker.
import type { Static } from '@sinclair/typebox';
import type { Image, NewImage } from '../../infra/images/port.ts';
import { seesAllSpecs, shownSpecs } from '../../schema/volume-types.ts';
import * as is from '../http/answer-types.ts';
import { badRequest } from '../http/faults.ts';
import { at, type Call } from '../http/operation.ts';
import { dashed } from '../http/schemas.ts';
import { time } from '../http/view.ts';
import { clonedKey, type KeyParameters, withKey } from '../key-manager/keys.ts';
import { begin, factsFor, refused } from './begin.ts';
import type { uploadBody } from './body.ts';
import { askImages, imageFault, imageKeyProperty, isOfKey } from './image.ts';
import type { Facts, ImageMove } from './store.ts';

type Body = Static<typeof uploadBody>;

/** Whether everybody shall see the image; images before 3.1 are as the image service makes them. */
export const isPublic = (call: Call<Body>) =>
  at(call, 'upload-visibility') && call.body['os-volume_upload_image'].visibility === 'public';

export async function uploadToImage(call: Call<Body, 'volume_id'>): Promise<unknown> {
  const wanted = call.body['os-volume_upload_image'];
  const hasVisibility = at(call, 'upload-visibility');
  const visibility = hasVisibility ? (wanted.visibility ?? 'private') : null;
  if (wanted.disk_format === 'ploop')
    throw badRequest('Invalid input received: images of the format ploop cannot be made.');
  const move = wanted.force === true ? 'upload_in_use' : 'upload';
  const facts = await factsFor(call, move);
  if (facts.is_encrypted && (wanted.disk_format ?? 'raw') !== 'raw') {
    throw badRequest('Invalid input received: An encrypted volume can be uploaded with the disk_format raw only.');
  }
  const source = facts.key_id === null ? null : { id: facts.key_id, isKept: facts.key_is_kept };
  const key = await clonedKey(call, source, `image of volume ${call.params.volume_id}`);
  const wish = {
    name: wanted.image_name,
    containerFormat: wanted.container_format ?? 'bare',
    diskFormat: wanted.disk_format ?? 'raw',
    visibility,
    isProtected: hasVisibility ? (wanted.protected ?? false) : null,
    properties: { ...propertiesOf(facts), ...keyProperties(key.key_id) },
  };
  const image = await withKey(call, key, () => fillLater(call, move, facts, wish, key));
  if (image === null) throw refused(call, move, facts);
  return { 'os-volume_upload_image': answer(call, facts, image, hasVisibility) };
}

/**
 * The record of the image, whose bytes have been queued. Null when the volume has moved meanwhile: then there is no
 * record.
 */
async function fillLater(
  call: Call<Body, 'volume_id'>,
  move: ImageMove,
  facts: Facts,
  wish: NewImage,
  key: KeyParameters,
) {
  const image = await askImages(call, (images, asking) => images.create(wish, asking)).catch((error: unknown) => {
    throw imageFault(error);
  });
  const started = {
    id: image.id,
    disk_format: image.diskFormat,
    ...(key.key_id === null ? {} : { key_id: key.key_id }),
  };
  if (await begin(call, move, facts, started, key).catch((error: unknown) => takeBack(call, image, error)))
    return image;
  return takeBack(call, image, refused(call, move, facts));
}

/** By these the image service deletes the key with the image, and whoever makes a volume of it finds the key. */
const keyProperties = (id: string | null) =>
  id === null ? {} : { [imageKeyProperty]: id, cinder_encryption_key_deletion_policy: 'on_image_deletion' };

/** The record that nobody will fill goes again, as well as can be. */
async function takeBack(call: Call<unknown>, image: Image, reason: unknown): Promise<never> {
  await askImages(call, (images, asking) => images.remove(image.id, asking)).catch((error: unknown) => {
    call.ports.log.warn('image-left', { image: image.id, reason: error instanceof Error ? error.message : '' });
  });
  throw reason;
}

/**
 * What the volume has from its own image beside what every image has; a signature and a key are those of other bytes.
 */
function propertiesOf(facts: Facts): Record<string, string> {
  const all = JSON.parse(facts.image_metadata ?? '{}') as Record<string, string>; // a jsonb object of strings
  return Object.fromEntries(
    Object.entries(all).filter(([key]) => !common.has(key) && !key.startsWith('img_signature') && !isOfKey(key)),
  );
}

const common = new Set(
  'checksum container_format disk_format image_name image_id min_disk min_ram name size signature_verified'.split(' '),
);

const uploadedType = is.object({
  id: is.uuid,
  name: is.text,
  description: is.orNull(is.text),
  is_public: is.boolean,
  extra_specs: is.texts,
  qos_specs_id: is.orNull(is.uuid),
  created_at: is.moment,
  updated_at: is.orNull(is.moment),
  deleted: is.boolean,
  deleted_at: is.nothing,
});

/** What answer() answers. */
export const uploadType = is.object({
  id: is.uuid,
  updated_at: is.orNull(is.moment),
  status: is.word('uploading'),
  display_description: is.orNull(is.text),
  size: is.count,
  volume_type: is.orNull(uploadedType),
  image_id: is.text,
  container_format: is.text,
  disk_format: is.text,
  image_name: is.text,
  protected: is.since('3.1', is.boolean),
  visibility: is.since('3.1', is.text),
});

function answer(call: Call<unknown, 'volume_id'>, facts: Facts, image: Image, hasVisibility: boolean) {
  return {
    id: dashed(call.params.volume_id),
    updated_at: time(facts.updated_at),
    status: 'uploading',
    display_description: facts.description,
    size: facts.size_gib,
    volume_type: facts.type === null ? null : typeOf(call, facts.type),
    image_id: image.id,
    container_format: image.containerFormat,
    disk_format: image.diskFormat,
    image_name: image.name,
    ...(hasVisibility ? { protected: image.isProtected, visibility: image.visibility } : {}),
  };
}

interface TypeJson extends Readonly<Record<string, unknown>> {
  readonly extra_specs: object;
  readonly created_at: string;
  readonly updated_at: string | null;
}

function typeOf(call: Call<unknown>, json: string) {
  const type = JSON.parse(json) as TypeJson; // built by the facts statement
  return {
    ...type,
    extra_specs: shownSpecs(JSON.stringify(type.extra_specs), call.policy.allows(seesAllSpecs, call.actor)),
    created_at: time(type.created_at),
    updated_at: time(type.updated_at),
    deleted: false,
    deleted_at: null,
  };
}
