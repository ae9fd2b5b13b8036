// Keys of encrypted volumes: created, and stored encrypted in our own table or kept by a key manager.

export interface Keys {
  /**
   * A new random key of that many bytes, encrypted for our table. `sealedAs` is the id of the key: the text cannot be
   * decrypted under another id, so copying it to another row gives nobody the key.
   */
  make(bytes: number, sealedAs: string): Promise<string>;
  /** The bytes of a key in our table, whichever adapter encrypted it. */
  open(material: string, sealedAs: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Where new keys are kept, if not in our table. */
  readonly manager?: KeyManager;
}

/** What a key manager is told about a key. */
export interface KeyDescription {
  /** Tells an operator whose key it is: `volume <id>`. */
  readonly name: string;
  readonly algorithm: string;
  readonly bitLength: number;
  readonly mode: string;
}

/** A service that keeps keys under ids of its own. Every call carries the token of the user who owns the keys. */
export interface KeyManager {
  /** Creates and keeps a new random key, and returns its id. */
  create(key: KeyDescription, token: string): Promise<string>;
  /** Keeps a second key with the same bytes and properties, and returns its id. */
  clone(id: string, name: string, token: string): Promise<string>;
  get(id: string, token: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Makes sure that there is no such key. */
  delete(id: string, token: string): Promise<void>;
  /** Resolves when the service answers. */
  ready(): Promise<void>;
}

/**
 * - `unavailable`: not reached, or failing. A retry may succeed; the call may have had its effect.
 * - `refused`: the key manager refuses this user or this key. Nothing has happened.
 * - `absent`: there is no such key.
 * - `damaged`: the key cannot be decrypted with what we have.
 */
export type KeysFailure = 'unavailable' | 'refused' | 'absent' | 'damaged';

/** Contains no key, no token and nothing of the answer's body. */
export class KeysError extends Error {
  readonly failure: KeysFailure;

  constructor(failure: KeysFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KeysError';
    this.failure = failure;
  }
}
