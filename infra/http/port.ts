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
  readonly redirect: 'manual' | 'error';
}

/**
 * Resolves when a server answers there, whatever it says but a failure of its own; it is sent nothing that must be
 * kept.
 */
export async function isThere(http: Http, url: string, timeoutMilliseconds = 5_000): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  const { status, body } = await http(url, { method: 'GET', headers: {}, signal, redirect: 'manual' });
  await body?.cancel();
  if (status >= 500) throw new Error(`${new URL(url).origin} answered ${status}`);
}

/** The bytes of an answer. Throws when there are more of them than that, and reads no further. */
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

/** The object of an answer in JSON; one without attributes for any other answer, and for one that is larger. */
export async function readObject(response: Response, mostBytes: number): Promise<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(await readAnswer(response, mostBytes)));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
