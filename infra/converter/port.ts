// What turns disk images of other formats into plain bytes and back. It works on files of its own, never in memory.

/** Formats other than raw, in the words of the image service. */
export const formats = ['qcow2', 'vmdk', 'vdi', 'vhd', 'vhdx'] as const;
export type Format = (typeof formats)[number];

/** Bytes at a place. Pieces come in order; where none comes, there are zeros. */
export interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** An image as the disk that it is. */
export interface Disk {
  readonly sizeBytes: number;
  pieces(): AsyncIterable<Piece>;
  /** Lets the files go. */
  close(): Promise<void>;
}

/** A disk as the image that it became. */
export interface Encoded {
  readonly sizeBytes: number;
  bytes(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Rejects with ConverterError, with what the given bytes rejected with, or with the signal's reason when it was
 * aborted. Whatever happens, no file is left behind.
 */
export interface Converter {
  /**
   * Reads an image whole, looks whether it is what it claims to be and refers to nothing outside of itself, and only
   * then has it read as a disk.
   */
  decode(bytes: AsyncIterable<Uint8Array>, format: Format, mostBytes: number, signal: AbortSignal): Promise<Disk>;
  encode(disk: Pick<Disk, 'sizeBytes' | 'pieces'>, format: Format, signal: AbortSignal): Promise<Encoded>;
}

export type ConverterFailure =
  | 'absent' // the tool is not there
  | 'format' // the image is not what it claims, or not of a kind that is allowed
  | 'too-large' // as a disk it is larger than allowed
  | 'no-space' // here, for the files
  | 'failed'; // the tool gave up: it may do better another time

export class ConverterError extends Error {
  readonly failure: ConverterFailure;

  /** The first sentence is shown to users. */
  constructor(failure: ConverterFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConverterError';
    this.failure = failure;
  }
}

export const isFormat = (name: string): name is Format => formats.some((one) => one === name);
