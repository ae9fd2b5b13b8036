// Images: the image service of the cloud, called with the token of the user whose image it is.

/** An image, as the service describes it. */
export interface Image {
  readonly id: string;
  readonly name: string | null;
  /** `active` once its bytes are there. */
  readonly status: string;
  readonly sizeBytes: number | null;
  /** Its size as a disk, if the service knows. */
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
  /** Properties that its owner set. */
  readonly properties: Readonly<Record<string, string>>;
}

export interface NewImage {
  readonly name: string;
  readonly containerFormat: string;
  readonly diskFormat: string;
  /** Null: the service's default. */
  readonly visibility: string | null;
  readonly isProtected: boolean | null;
  readonly properties: Readonly<Record<string, string>>;
}

/** What is known about the bytes before they arrive. */
export type Expected = Pick<Image, 'id' | 'sizeBytes' | 'checksum' | 'hashAlgorithm' | 'hashValue'>;

/** The caller's token, and the deadline. */
export interface Asking {
  readonly token: string;
  readonly signal: AbortSignal;
}

/** Every call rejects with ImagesError only, or with the reason of an aborted signal. */
export interface Images {
  /** Null when it does not exist, or this user cannot see it. */
  show(id: string, asking: Asking): Promise<Image | null>;
  /** The images with that name; at most two, because more than one is already ambiguous. */
  named(name: string, asking: Asking): Promise<readonly Image[]>;
  /** Creates the record; upload() adds the bytes. */
  create(image: NewImage, asking: Asking): Promise<Image>;
  /**
   * The bytes as they arrive. The iteration rejects with `unavailable` when they end too early, and with `damaged`
   * when they are not the expected ones: only a reader that reaches the end has the image.
   */
  download(expected: Expected, asking: Asking): Promise<AsyncIterable<Uint8Array>>;
  /** Uploads the bytes of an image. An image that already received `sizeBytes` of them stays as it is. */
  upload(id: string, bytes: AsyncIterable<Uint8Array>, sizeBytes: number, asking: Asking): Promise<void>;
  /** Makes sure that the image does not exist, even if it is protected. */
  remove(id: string, asking: Asking): Promise<void>;
  /** Resolves when the service answers. */
  ready(): Promise<void>;
}

export type ImagesFailure =
  | 'unavailable' // a retry may succeed
  | 'unauthorized' // the token is not valid, or no longer
  | 'forbidden' // the user is not allowed
  | 'gone' // the image or its bytes do not exist
  | 'damaged' // the bytes differ from what the image should have
  | 'refused'; // the service refuses, whoever asks

export class ImagesError extends Error {
  readonly failure: ImagesFailure;

  /** The first sentence is shown to users. It never contains a token, or anything that the service sent. */
  constructor(failure: ImagesFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ImagesError';
    this.failure = failure;
  }
}
