// Images: the image service of the cloud, asked with the token of the user whose image it is.

/** What the service says of an image. */
export interface Image {
  readonly id: string;
  readonly name: string | null;
  /** `active` when its bytes are there. */
  readonly status: string;
  readonly sizeBytes: number | null;
  /** What it takes as a disk, where the service knows. */
  readonly virtualSizeBytes: number | null;
  readonly minDiskGiB: number;
  readonly minRamMiB: number;
  readonly containerFormat: string | null;
  readonly diskFormat: string | null;
  /** md5 in hexadecimal. */
  readonly checksum: string | null;
  /** The better digest of newer services: `sha512` and so on, in hexadecimal. */
  readonly hashAlgorithm: string | null;
  readonly hashValue: string | null;
  readonly visibility: string | null;
  readonly isProtected: boolean;
  readonly updatedAt: string | null;
  /** What its owner has written on it. */
  readonly properties: Readonly<Record<string, string>>;
}

export interface NewImage {
  readonly name: string;
  readonly containerFormat: string;
  readonly diskFormat: string;
  /** Null: what the service gives. */
  readonly visibility: string | null;
  readonly isProtected: boolean | null;
  readonly properties: Readonly<Record<string, string>>;
}

/** What is known of the bytes before they come. */
export type Expected = Pick<Image, 'id' | 'sizeBytes' | 'checksum' | 'hashAlgorithm' | 'hashValue'>;

/** Who asks, and until when. */
export interface Asking {
  readonly token: string;
  readonly signal: AbortSignal;
}

/** Every call rejects with ImagesError and nothing else, or with the signal's reason when that was aborted. */
export interface Images {
  /** Null when it is not there, or not for this user. */
  show(id: string, asking: Asking): Promise<Image | null>;
  /** The images of that name: two at most, since more than one is a doubt already. */
  named(name: string, asking: Asking): Promise<readonly Image[]>;
  /** Makes the record; its bytes come with upload(). */
  create(image: NewImage, asking: Asking): Promise<Image>;
  /**
   * The bytes as they come. The iteration rejects as `unavailable` when they end too early, and as `damaged` when
   * they are not those that were expected: only a reader that came to the end has the image.
   */
  download(expected: Expected, asking: Asking): Promise<AsyncIterable<Uint8Array>>;
  /** Gives the image its bytes. An image that has got `sizeBytes` of them before is left as it is. */
  upload(id: string, bytes: AsyncIterable<Uint8Array>, sizeBytes: number, asking: Asking): Promise<void>;
  /** Makes sure that it is not there, though it be protected. */
  remove(id: string, asking: Asking): Promise<void>;
  /** Resolves when the service answers. */
  ready(): Promise<void>;
}

export type ImagesFailure =
  | 'unavailable' // try again
  | 'unauthorized' // the token is not valid, or not any more
  | 'forbidden' // the user may not
  | 'gone' // the image or its bytes are not there
  | 'damaged' // other bytes than the image has
  | 'refused'; // the service will not, whoever asks

export class ImagesError extends Error {
  readonly failure: ImagesFailure;

  /** The first sentence is shown to users: never a token, never what the service wrote. */
  constructor(failure: ImagesFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ImagesError';
    this.failure = failure;
  }
}
