// Objects: bytes under a name, whole or not there. Where backups are kept.

/**
 * Segments of letters, digits, `.`, `_` and `-` with slashes between; no segment begins with a dot. A file's name may
 * have 255 bytes, an object's name in S3 1,024 with its prefix.
 */
const keyPattern = /^[\w-][\w.-]{0,199}(\/[\w-][\w.-]{0,199})*$/;
const longestKey = 512;

/** Whether a text may name an object: what may not, could leave the place where objects are kept. */
export function isObjectKey(key: string): boolean {
  return key.length <= longestKey && keyPattern.test(key);
}

/**
 * Every call is idempotent, so that work that was cut short can be done again. Calls reject with ObjectsError and
 * nothing else.
 */
export interface Objects {
  /** When it returns, the object is there whole and survives a crash; a reader never sees half of it. Replaces. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Null when there is no such object. */
  get(key: string): Promise<Uint8Array | null>;
  /** Makes sure that the object is not there. */
  delete(key: string): Promise<void>;
  /** The keys below a prefix of whole segments (`chunks/1` does not list `chunks/10/…`), in no order. */
  list(prefix: string): AsyncIterable<string>;
}

/** - `unavailable`: try again. - `no-space`, `refused`: somebody has to mend something first. */
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

/** Throws the refusal of a key that may not name an object. */
export function assertObjectKey(key: string): void {
  if (!isObjectKey(key)) throw new ObjectsError('refused', 'The object store has no such name.');
}
