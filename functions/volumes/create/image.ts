// The image that a new volume is made from.
import type { Image } from '../../../infra/images/port.ts';
import { notFound } from '../../http/faults.ts';
import { at, type Call } from '../../http/operation.ts';
import { isUuid } from '../../http/schemas.ts';
import { findImage, noImage } from '../../volume-images/image.ts';
import type { CreateBody } from '../body.ts';

/** The image that a request names, under either name; null: none. An empty name is one, and no image has it. */
export const imageReference = ({ imageRef, image_id }: CreateBody['volume']) => imageRef ?? image_id ?? null;

/** What a reference to an image comes to: the image, or the snapshot that an image of Nova stands for. */
export interface ImageSource {
  readonly image: Image | null;
  readonly snapshotId: string | null;
}

export async function findImageSource(call: Call<CreateBody>): Promise<ImageSource> {
  const reference = imageReference(call.body.volume);
  if (reference === null) return { image: null, snapshotId: null };
  if (reference === '') throw noImage();
  call.policy.require('volume:create_from_image', call.actor);
  const image = await findImage(call, reference);
  const snapshotId = at(call, 'nova-images') ? bootSnapshot(image) : null;
  return { image: snapshotId === null ? image : null, snapshotId };
}

/** The volume type that an image names for volumes that are made of it; null: none. */
export const typeOfImage = (image: Image | null) => image?.properties.cinder_img_volume_type || null;

interface BlockDevice {
  readonly source_type?: unknown;
  readonly boot_index?: unknown;
  readonly snapshot_id?: unknown;
}

/**
 * The snapshot of the boot disk, when Nova has made the image of a server that boots from a volume: it has no bytes.
 */
function bootSnapshot(image: Image): string | null {
  const devices = parse(image.properties.block_device_mapping ?? '[]');
  const boot = devices.find((one) => one.source_type === 'snapshot' && Number(one.boot_index) === 0);
  if (boot === undefined) return null;
  const id = String(boot.snapshot_id);
  if (!isUuid(id)) {
    throw notFound(`Nova specific image is found, but boot volume snapshot id:${id} not found.`);
  }
  return id;
}

function parse(text: string): readonly BlockDevice[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value.filter((one) => typeof one === 'object' && one !== null);
  } catch {
    // What the owner of an image has written there may be anything, and then it is no image of Nova's.
  }
  return [];
}
