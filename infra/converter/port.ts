// Converts disk images of other formats to plain bytes and back. It works on files of its own, never in memory.

/** Formats other than raw, by their names in the image service. */
export const formats = ['qcow2', 'vmdk', 'vdi', 'vhd', 'vhdx'] as const;
export type Format = (typeof formats)[number];

/** Bytes and their position. Pieces come in order; everything between them is zeros. */
export interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** An image, opened as the disk that it contains. */
export interface Disk {
  readonly sizeBytes: number;
  pieces(): AsyncIterable<Piece>;
  /** Deletes the files. */
  close(): Promise<void>;
}

/** A disk, converted to an image. */
export interface Encoded {
  readonly sizeBytes: number;
  bytes(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Rejects with ConverterError, with the error of the given bytes, or with the reason of an aborted signal. In every
 * case no file is left behind.
 */
export interface Converter {
  /**
   * Reads the whole image, checks that it has the format it claims and refers to nothing outside itself, and only
   * then opens it as a disk.
   */
  decode(bytes: AsyncIterable<Uint8Array>, format: Format, mostBytes: number, signal: AbortSignal): Promise<Disk>;
  encode(disk: Pick<Disk, 'sizeBytes' | 'pieces'>, format: Format, signal: AbortSignal): Promise<Encoded>;
}

export type ConverterFailure =
  | 'absent' // the tool is not installed
  | 'format' // the image is not what it claims to be, or its kind is not allowed
  | 'too-large' // as a disk it is larger than allowed
  | 'no-space' // here, for the files
  | 'failed'; // the tool failed; another try may succeed

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
