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
  const said = image as Readonly<Record<string, unknown>>; // its fields are checked below
  const id = text(said.id);
  if (id === null) throw new DriverError('fatal', 'The operation names no image.');
  return {
    id,
    diskFormat: text(said.disk_format) ?? 'raw',
    sizeBytes: count(said.size_bytes),
    virtualSizeBytes: count(said.virtual_size_bytes),
    checksum: text(said.checksum),
    hashAlgorithm: text(said.hash_algorithm),
    hashValue: text(said.hash_value),
    isEncrypted: said.is_encrypted === true,
    keyId: text(said.key_id),
  };
}

/** The image that the request found. */
export const image = argumentsAs(imageIn);
