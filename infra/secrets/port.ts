// Secrets at rest: what is stored in the database and must not be readable there (a user's token on its way to a
// worker, the keys of encrypted volumes).

export interface Secrets {
  /**
   * Seals a text for one purpose (`operation:<id>`, `key:<id>`), which binds it to the place where it is kept. Two
   * seals of one text differ. The sealed text is printable ASCII, some 80 characters longer than 4/3 of the text.
   */
  seal(text: string, purpose: string): Promise<string>;
  /** The text that was sealed for that purpose. Rejects with SecretsError, which holds nothing of the text. */
  open(sealed: string, purpose: string): Promise<string>;
}

/**
 * - `damaged`: altered, or sealed for another purpose. - `unknown-key`: sealed with a key that is not ours any more.
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
 * Where the sealing keys lie: the text last saved, or null. With `onlyIfAbsent`, a text that is already there stays.
 */
export interface SealingKeyStore {
  load(): Promise<string | null>;
  save(text: string, onlyIfAbsent?: boolean): Promise<void>;
}
