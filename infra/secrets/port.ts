// Encrypts what is stored in the database and must not be readable there: a user's token on its way to a worker, the
// keys of encrypted volumes.

export interface Secrets {
  /**
   * Encrypts a text for one purpose (`operation:<id>`, `key:<id>`), which binds it to the place where it is stored.
   * Encrypting a text twice gives different results. They are printable ASCII, about 80 characters longer than 4/3 of
   * the text.
   */
  seal(text: string, purpose: string): Promise<string>;
  /** Decrypts a text for its purpose. Rejects with SecretsError, which contains nothing of the text. */
  open(sealed: string, purpose: string): Promise<string>;
}

/**
 * - `damaged`: altered, or encrypted for another purpose. - `unknown-key`: encrypted with a key that we no longer
 * have.
 */
export type SecretsFailure = 'damaged' | 'unknown-key';

export class SecretsError extends Error {
  readonly failure: SecretsFailure;

  constructor(failure: SecretsFailure, message: string) {
    super(message);
    this.name = 'SecretsError';
    this.failure = failure;
  }
}

/**
 * Stores the sealing keys: load() returns the text last saved, or null. With `onlyIfAbsent`, an existing text stays.
 */
export interface SealingKeyStore {
  load(): Promise<string | null>;
  save(text: string, onlyIfAbsent?: boolean): Promise<void>;
}
