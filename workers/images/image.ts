// The image of an operation, as the request found it.
import type { Expected } from '../../infra/images/port.ts';
import { DriverError } from '../driver.ts';
import { argumentsAs } from '../work/fragments.ts';

export interface OperationImage extends Expected {
  readonly diskFormat: string;
  /** Its size as a disk, if the service knows. */
  readonly virtualSizeBytes: number | null;
  /** Its bytes are those of an encrypted volume, still encrypted. */
  readonly isEncrypted: boolean;
  /** The key created for it, when it is made from an encrypted volume. */
  readonly keyId: string | null;
}

const text = (value: unknown) => (typeof value === 'string' ? value : null);
const count = (value: unknown) => (typeof value === 'number' ? value : null);

/** The image in the arguments of an operation; null when there is none. */
export function imageIn(given: Readonly<Record<string, unknown>>): OperationImage | null {
  const { image } = given;
  if (typeof image !== 'object' || image === null) return null;
  const fields = image as Readonly<Record<string, unknown>>; // its fields are checked below
  const id = text(fields.id);
  if (id === null) throw new DriverError('fatal', 'The operation names no image.');
  return {
    id,
    diskFormat: text(fields.disk_format) ?? 'raw',
    sizeBytes: count(fields.size_bytes),
    virtualSizeBytes: count(fields.virtual_size_bytes),
    checksum: text(fields.checksum),
    hashAlgorithm: text(fields.hash_algorithm),
    hashValue: text(fields.hash_value),
    isEncrypted: fields.is_encrypted === true,
    keyId: text(fields.key_id),
  };
}

/** The image that the request found. */
export const image = argumentsAs(imageIn);
