// The keys in the blob of an EC2 credential.
import type { Digests } from '../../../infra/digests/port.ts';

export interface Ec2Keys {
  readonly access: string;
  readonly secret: string;
}

export const blobOf = ({ access, secret }: Ec2Keys) => JSON.stringify({ access, secret });

/** Null for a text that holds no such keys. */
export function keysIn(blob: string): Ec2Keys | null {
  try {
    const { access, secret } = JSON.parse(blob) as Partial<Record<string, unknown>>;
    // The access key stands in links, and half a surrogate pair cannot.
    const isWhole = typeof access === 'string' && access !== '' && access.isWellFormed() && typeof secret === 'string';
    return isWhole ? { access, secret } : null;
  } catch {
    return null;
  }
}

/** The id of a new EC2 credential: as in Keystone, so that no two are made with one access key. */
export const ec2Id = (digests: Digests, access: string): Promise<string> =>
  digests.sha256(new TextEncoder().encode(access));
