// Keys of encrypted volumes: made, sealed for our own table, or kept by a key manager.

export interface Keys {
  /**
   * A new random key of that many bytes, sealed for our table. `sealedAs` is the id of the key: sealed text does not
   * open under another one, so that nobody gets at a key by writing it into another row.
   */
  make(bytes: number, sealedAs: string): Promise<string>;
  /** The bytes of a key that our table keeps, whichever adapter has sealed it. */
  open(material: string, sealedAs: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Where new keys are kept instead of in our table, when that is somewhere else. */
  readonly manager?: KeyManager;
}

/** What a key manager is told about a key. */
export interface KeyDescription {
  /** So that an operator finds whose it is: `volume <id>`. */
  readonly name: string;
  readonly algorithm: string;
  readonly bitLength: number;
  readonly mode: string;
}

/** A service that keeps keys under ids that it gives them. Every call bears the token of a user whose keys they are. */
export interface KeyManager {
  /** Makes and keeps a new random key, and returns its id. */
  create(key: KeyDescription, token: string): Promise<string>;
  /** Keeps a second key of the same bytes and shape, and returns its id. */
  clone(id: string, name: string, token: string): Promise<string>;
  get(id: string, token: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Makes sure that there is no such key. */
  delete(id: string, token: string): Promise<void>;
  /** Resolves when the service answers. */
  ready(): Promise<void>;
}

/**
 * - `unavailable`: not reached, or failing: try again; what was asked may have happened.
 * - `refused`: the key manager says no to this user or this key. Nothing has happened.
 * - `absent`: there is no such key.
 * - `damaged`: the key cannot be opened with what we have.
 */
export type KeysFailure = 'unavailable' | 'refused' | 'absent' | 'damaged';

/** Holds no key, no token and nothing of an answer's body. */
export class KeysError extends Error {
  readonly failure: KeysFailure;

  constructor(failure: KeysFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KeysError';
    this.failure = failure;
  }
}
