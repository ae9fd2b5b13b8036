/** Sends a request to another server: the platform's `fetch`, or in tests an app of this process. */
export type Http = (url: string, init: HttpInit) => Promise<Response>;

export interface HttpInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is sent as it comes, and needs `duplex`. */
  readonly body?: string | ReadableStream<Uint8Array>;
  readonly duplex?: 'half';
  readonly signal: AbortSignal;
  /** Never followed: a token or a key goes to nobody but whom it is meant for. At the edge only `manual` is known. */
  readonly redirect: 'error' | 'manual';
}
