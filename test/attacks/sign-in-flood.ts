// A flood of sign-ins with wrong passwords, bounded in time: what strangers can do to a service without a credential.

export interface SignInFloodOptions {
  /** The root of the service: `http://127.0.0.1:8776`. */
  readonly url: string;
  /** Connections that each send the next as soon as they have an answer. Default 230. */
  readonly connections?: number;
  readonly seconds: number;
  /** The name of the nth sign-in. Default one that nobody has, another one each time. */
  readonly name?: (n: number) => string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SignInFlood {
  /** Resolves when the first sign-ins wait to be checked. */
  readonly isFlooding: Promise<void>;
  /** Resolves at the end of the time: how many answers of each status there were. `0`: no answer. */
  readonly ended: Promise<ReadonlyMap<number, number>>;
  stop(): void;
}

/** The body of a sign-in by name and password, in the domain Default. */
export const signInBody = (name: string, password: string) =>
  JSON.stringify({
    auth: { identity: { methods: ['password'], password: { user: { name, domain: { id: 'default' }, password } } } },
  });

/** Begins a flood. It ends by itself. */
export function signInFlood(options: SignInFloodOptions): SignInFlood {
  const { url, connections = 230, seconds, name = (n) => `nobody-${n}`, headers = {} } = options;
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), seconds * 1000);
  const statuses = new Map<number, number>();
  let sent = 0;
  const isFlooding = new Promise<void>((resolve) => setTimeout(resolve, 500));

  async function one(): Promise<void> {
    while (!over.signal.aborted) {
      const body = signInBody(name(sent++), 'wrong');
      const status = await fetch(`${url}/identity/v3/auth/tokens`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body,
        signal: over.signal,
      }).then(
        async (response) => {
          await response.arrayBuffer();
          return response.status;
        },
        () => 0,
      );
      if (!over.signal.aborted) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  }

  const ended = Promise.all(Array.from({ length: connections }, one)).then(() => {
    clearTimeout(timer);
    return statuses;
  });
  return { isFlooding, ended, stop: () => over.abort() };
}
