// Objects: bytes under a key, complete or absent. Backups are stored in them.

/**
 * Segments of letters, digits, `.`, `_` and `-`, separated by slashes; no segment begins with a dot. A file name is
 * limited to 255 bytes, an object's name in S3 to 1,024 with its prefix.
 */
const keyPattern = /^[\w-][\w.-]{0,199}(\/[\w-][\w.-]{0,199})*$/;
const longestKey = 512;

/** Whether a text is a valid key: an invalid one could leave the place where objects are stored. */
export function isObjectKey(key: string): boolean {
  return key.length <= longestKey && keyPattern.test(key);
}

/** Every call is idempotent, so that interrupted work can be repeated. Calls reject only with ObjectsError. */
export interface Objects {
  /**
   * When it returns, the object is complete and survives a crash; readers never see half of it. Replaces an older
   * one.
   */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Null when there is no such object. */
  get(key: string): Promise<Uint8Array | null>;
  /** Makes sure that the object does not exist. */
  delete(key: string): Promise<void>;
  /** The keys below a prefix of whole segments (`chunks/1` does not list `chunks/10/…`), in any order. */
  list(prefix: string): AsyncIterable<string>;
}

/** - `unavailable`: a retry may succeed. - `no-space`, `refused`: somebody must fix something first. */
export type ObjectsFailure = 'unavailable' | 'no-space' | 'refused';

export class ObjectsError extends Error {
  readonly failure: ObjectsFailure;

  /** The first sentence is shown to users. */
  constructor(failure: ObjectsFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ObjectsError';
    this.failure = failure;
  }
}

/** Throws the refusal of an invalid key. */
export function assertObjectKey(key: string): void {
  if (!isObjectKey(key)) throw new ObjectsError('refused', 'The object store has no such name.');
}
