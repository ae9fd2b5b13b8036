/** Sends a request to another server: the platform's `fetch`, or an app of this process in tests. */
export type Http = (url: string, init: HttpInit) => Promise<Response>;

export interface HttpInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is sent as it comes, and needs `duplex`. */
  readonly body?: string | ReadableStream<Uint8Array>;
  readonly duplex?: 'half';
  readonly signal: AbortSignal;
  /**
   * Redirects are never followed: a token or a key goes only to the server it is meant for. The edge knows only
   * `manual`.
   */
  readonly redirect: 'manual' | 'error';
}

/** Resolves when a server answers there, with anything but a failure of its own. The request contains no secrets. */
export async function isThere(http: Http, url: string, timeoutMilliseconds = 5_000): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  const { status, body } = await http(url, { method: 'GET', headers: {}, signal, redirect: 'manual' });
  await body?.cancel();
  if (status >= 500) throw new Error(`${new URL(url).origin} answered ${status}`);
}

/** The bytes of an answer. Throws when there are more than the limit, without reading further. */
export async function readAnswer(response: Response, mostBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new Error('its answer is too large');
  if (Number(response.headers.get('content-length') ?? 0) > mostBytes) throw tooLarge();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > mostBytes) throw tooLarge();
    parts.push(part);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** The object in a JSON answer; an empty object for any other answer, or one that is too large. */
export async function readObject(response: Response, mostBytes: number): Promise<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(await readAnswer(response, mostBytes)));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
