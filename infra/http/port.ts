/** Sends a request to another server: the platform's `fetch`, or in tests an app of this process. */
export type Http = (url: string, init: HttpInit) => Promise<Response>;

export interface HttpInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  readonly redirect: 'error';
}
