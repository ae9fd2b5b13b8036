// What makes a volume one that the hypervisors' own LUKS opens.

/** What is encrypted by itself: lengths and offsets are multiples of it. */
export const sectorBytes = 512;
/** How many bytes at the beginning of a volume are not its data. */
export const headerBytes = 2 * 2 ** 20;

/** The header of one volume, and what encrypts the bytes after it. */
export interface LuksVolume {
  /** Stands at the beginning of the volume; the data begins where it ends. */
  readonly header: Uint8Array;
  /** The bytes of the data from `offset` on, as they stand after the header. Both are whole sectors. */
  encrypt(offset: number, plain: Uint8Array): Uint8Array;
}

export interface Luks {
  /**
   * A new volume, version 1, aes-xts-plain64, with a random key of its own that the passphrase opens.
   * `keyBits`: 256 or 512, the two halves of XTS together.
   */
  format(passphrase: string, keyBits: number): Promise<LuksVolume>;
}
