// Images as requests refer to them: found with the caller's token, checked, and handed to a worker with the token
// sealed.
import { withTimeout } from '../../infra/clock/port.ts';
import { type Asking, type Image, type Images, ImagesError } from '../../infra/images/port.ts';
import { headerBytes } from '../../infra/luks/port.ts';
import { formattedByUs, isFormattedByUs } from '../../schema/keys.ts';
import { mostOf, tooLargeSentence } from '../../schema/sizes.ts';
import { badRequest, conflict, Fault } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { isUuid } from '../http/schemas.ts';

const gib = 1024 ** 3;

/** How long a request waits for the image service in all. */
const askSeconds = 15;

export const noImage = () => badRequest('Invalid image identifier or unable to access requested image.');

/** The image service. Refuses the request where there is none. */
export function imagesOf(call: Call<unknown>): Images {
  const { images } = call.ports;
  if (images === undefined) throw badRequest('Invalid input received: No image service is configured here.');
  return images;
}

export const tokenOf = (call: Call<unknown>) => call.headers.get('x-auth-token') ?? '';

/** Asks the image service with the caller's token, and gives up when it takes too long. */
export function askImages<Result>(
  call: Call<unknown>,
  ask: (images: Images, asking: Asking) => Promise<Result>,
): Promise<Result> {
  const images = imagesOf(call);
  const token = tokenOf(call);
  return withTimeout(call.ports.clock, askSeconds * 1000, (signal) => ask(images, { token, signal }));
}

/** What a failure of the image service means for the request. */
export function imageFault(error: unknown): unknown {
  if (!(error instanceof ImagesError)) return error;
  if (error.failure === 'unavailable') return new Fault(503, `${error.message} Try again later.`);
  if (error.failure === 'refused') return badRequest(`Invalid input received: ${error.message}`);
  if (error.failure === 'forbidden') return new Fault(403, error.message);
  return noImage();
}

/** The image of a reference: an id, the end of a URL that is one, or a name that only one image has. */
export async function findImage(call: Call<unknown>, reference: string): Promise<Image> {
  const found = await askImages(call, (images, asking) => lookUp(images, asking, reference)).catch((error: unknown) => {
    throw imageFault(error);
  });
  if (found === null) throw noImage();
  return found;
}

async function lookUp(images: Images, asking: Asking, reference: string): Promise<Image | null> {
  const id = reference.split('/').pop() ?? '';
  const byId = isUuid(id) ? await images.show(id.toLowerCase(), asking) : null;
  if (byId !== null) return byId;
  const [first, second] = await images.named(reference, asking);
  if (second === undefined) return first ?? null;
  throw conflict(`Multiple matches found for '${reference}', use an ID to be more specific.`);
}

const invalid = (message: string) => badRequest(`Invalid input received: ${message}`);

/** How a type encrypts its volumes. */
export interface ImageEncryption {
  readonly provider: string;
  readonly control_location: string;
  readonly cipher: string | null;
  readonly key_size: number | null;
}

/** Refuses to write an image where nobody could read it: hosts and back ends open LUKS, and we write it so. */
function checkEncryption({ provider, cipher, key_size }: ImageEncryption): void {
  if (isFormattedByUs(provider, cipher, key_size)) return;
  throw badRequest(
    `Invalid volume type: images are written to encrypted volumes of ${formattedByUs} only, and this type has ${provider}, ${cipher} and ${key_size}.`,
  );
}

/** The property by which an image says which key opens it: Cinder's. */
export const imageKeyProperty = 'cinder_encryption_key_id';
export const isOfKey = (property: string) => property.startsWith('cinder_encryption_key');

/** The key of an image that was an encrypted volume; null: its bytes are a disk's. Refuses what is no id. */
export function keyOfImage({ id, properties, diskFormat }: Image): string | null {
  const key = properties[imageKeyProperty];
  if (key === undefined) return null;
  if (!isUuid(key)) throw invalid(`Image ${id} has a ${imageKeyProperty} that is no id.`);
  if (diskFormat !== 'raw') throw invalid(`Image ${id} is encrypted, and of the format ${diskFormat}: it must be raw.`);
  return key.toLowerCase();
}

/** Refuses an image that is encrypted with a key of its own, where the volume has one already. */
export function refuseKeyed(image: Image): void {
  if (keyOfImage(image) === null) return;
  throw invalid(`Image ${image.id} is encrypted with a key of its own, which is not that of the volume.`);
}

/** Refuses an image that has no bytes yet or needs a larger volume. */
export function checkImage(image: Image, sizeGiB: number, encryption: ImageEncryption | null): void {
  if (image.status !== 'active') throw invalid(`Image ${image.id} is not active.`);
  if (encryption !== null && keyOfImage(image) === null) {
    checkEncryption(encryption);
    if (Math.max(image.sizeBytes ?? 0, image.virtualSizeBytes ?? 0) > sizeGiB * gib - headerBytes) {
      throw invalid(`Image ${image.id} does not fit beside the LUKS header in a volume of size ${sizeGiB}GB.`);
    }
  }
  const least = Math.ceil((image.sizeBytes ?? 0) / gib);
  if (least > sizeGiB) {
    throw invalid(`Size of specified image ${least}GB is larger than volume size ${sizeGiB}GB.`);
  }
  if (image.minDiskGiB > sizeGiB) {
    throw invalid(`Volume size ${sizeGiB}GB cannot be smaller than the image minDisk size ${image.minDiskGiB}GB.`);
  }
  const asDisk = Math.ceil((image.virtualSizeBytes ?? 0) / gib);
  if (asDisk > sizeGiB) {
    throw invalid(`Image virtual size is ${asDisk}GB and doesn't fit in a volume of size ${sizeGiB}GB.`);
  }
}

/** Refused before anything is begun: the worker that writes it down later has nobody to tell. */
function checkSize(metadata: Readonly<Record<string, string>>): void {
  // PostgreSQL writes a blank after each colon and comma.
  const blanks = 2 * Object.keys(metadata).length - 1;
  const bytes = new TextEncoder().encode(JSON.stringify(metadata)).length + blanks;
  const most = mostOf('volume image metadata');
  if (bytes > most) throw badRequest(tooLargeSentence('volume image metadata', bytes, most));
}

/** What a volume keeps of the image that it was made from: the image's own words, and the fields that clients know. */
export function imageMetadata(image: Image): Record<string, string> {
  const fields = {
    image_id: image.id,
    image_name: image.name,
    checksum: image.checksum,
    container_format: image.containerFormat,
    disk_format: image.diskFormat,
    min_disk: image.minDiskGiB,
    min_ram: image.minRamMiB,
    size: image.sizeBytes,
    // Signatures are kept as they are, and not checked: there is no store of certificates.
    signature_verified: 'False',
  };
  const known = Object.entries(fields).flatMap(([key, value]) => (value === null ? [] : [[key, String(value)]]));
  const own = Object.entries(image.properties).filter(([key]) => !isOfKey(key));
  const all: Record<string, string> = Object.fromEntries([...own, ...known]);
  checkSize(all);
  return all;
}

/** The image in the arguments of an operation: what a worker needs to copy it and to know its bytes. */
export function imageArguments(image: Image, metadata: Readonly<Record<string, string>>) {
  return {
    id: image.id,
    disk_format: image.diskFormat,
    size_bytes: image.sizeBytes,
    virtual_size_bytes: image.virtualSizeBytes,
    checksum: image.checksum,
    hash_algorithm: image.hashAlgorithm,
    hash_value: image.hashValue,
    is_encrypted: keyOfImage(image) !== null,
    metadata,
  };
}
