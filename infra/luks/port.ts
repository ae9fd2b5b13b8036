// Makes a volume that the hypervisors' own LUKS can open.

/** The unit of encryption: lengths and offsets are multiples of it. */
export const sectorBytes = 512;
/** How many bytes at the start of a volume are not its data. */
export const headerBytes = 2 * 2 ** 20;

/** The header of one volume, and the encryption of the bytes after it. */
export interface LuksVolume {
  /** Written at the start of the volume; the data starts where it ends. */
  readonly header: Uint8Array;
  /** Encrypts the data from `offset` on, as it is stored after the header. Both are whole sectors. */
  encrypt(offset: number, plain: Uint8Array): Uint8Array;
}

export interface Luks {
  /**
   * A new volume, version 1, aes-xts-plain64, with a random key of its own that the passphrase opens. `keyBits`: 256
   * or 512, the two halves of XTS together.
   */
  format(passphrase: string, keyBits: number): Promise<LuksVolume>;
}
