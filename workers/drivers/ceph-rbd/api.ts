// The REST API of the Ceph manager's dashboard: a token, and calls that go on after their answer.
import { type DriverCall, DriverError, type DriverPorts } from '../../driver.ts';
import { expired } from '../../driver-kit/failures.ts';
import { failureOf, isRefused, unreachable } from './failures.ts';
import type { CephSettings } from './options.ts';

export interface Asked {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** POST and PUT without one are refused by the dashboard: {} is sent. */
  readonly body?: unknown;
  /** The version of the answer; 1.0 unless said. */
  readonly version?: string;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** X-Total-Count of a list. */
  readonly total: number;
}

/** The manager answers 202 for what takes longer than seconds, and keeps what has ended for a minute. */
const pollMilliseconds = 300;
const timeoutMilliseconds = 60_000;

export class Api {
  readonly #settings: CephSettings;
  readonly #ports: DriverPorts;
  #token: Promise<string> | null = null;
  /** Which of the managers answered last. */
  #at = 0;

  constructor(settings: CephSettings, ports: DriverPorts) {
    this.#settings = settings;
    this.#ports = ports;
  }

  /**
   * Asks, and returns when what was asked for is done. Rejects with a DriverError, `transient` when nobody can tell. A
   * change that was sent is waited for beyond the deadline, for up to a minute: the turn of its object lasts as long.
   */
  async ask(asked: Asked, call: DriverCall): Promise<Answer> {
    const answer = await this.#withToken(asked, call);
    if (answer.status === 202) await this.#ended(answer.body as Task, call); // the dashboard's own answer
    return answer;
  }

  async #withToken(asked: Asked, call: DriverCall): Promise<Answer> {
    const answer = await this.#send(asked, await this.#signedIn(call), call);
    if (answer.status !== 401) return checked(answer);
    this.#token = null;
    return checked(await this.#send(asked, await this.#signedIn(call), call));
  }

  #signedIn(call: DriverCall): Promise<string> {
    this.#token ??= this.#signIn(call).catch((error: unknown) => {
      this.#token = null;
      throw error;
    });
    return this.#token;
  }

  async #signIn(call: DriverCall): Promise<string> {
    const { user: username, password } = this.#settings;
    const asked = { method: 'POST', path: '/auth', body: { username, password } } as const;
    const { status, body } = await this.#send(asked, null, call);
    const token = (body as { token?: unknown } | null)?.token;
    if (status < 300 && typeof token === 'string') return token;
    if (status >= 500 || status < 400) {
      throw new DriverError('transient', `The Ceph dashboard answered ${status} to a sign-in.`);
    }
    throw new DriverError(
      'fatal',
      'The Ceph dashboard refuses the user and password. Check the options user and password.',
    );
  }

  /** To the manager that answered last; to the others when it cannot be reached or is on standby. */
  async #send(asked: Asked, token: string | null, call: DriverCall): Promise<Answer> {
    const { urls } = this.#settings;
    for (let tried = 1; ; tried += 1) {
      const isLast = tried >= urls.length;
      if (call.signal.aborted) throw expired();
      try {
        const answer = await this.#sendTo(urls[this.#at] ?? '', asked, token, call);
        if (isLast || answer.status < 300 || answer.status >= 400) return answer;
      } catch (error) {
        if (call.signal.aborted) throw expired();
        if (isLast || !isRefused(error)) throw unreachable(error);
      }
      this.#at = (this.#at + 1) % urls.length;
    }
  }

  async #sendTo(url: string, asked: Asked, token: string | null, call: DriverCall): Promise<Answer> {
    const { method, path, body, version = '1.0' } = asked;
    const isChange = method !== 'GET' && token !== null;
    const hasBody = method === 'POST' || method === 'PUT';
    const timeout = AbortSignal.timeout(timeoutMilliseconds);
    const response = await this.#ports.http(`${url}/api${path}`, {
      method,
      headers: {
        Accept: `application/vnd.ceph.api.v${version}+json`,
        ...(hasBody ? { 'Content-Type': 'application/json' } : {}),
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      },
      ...(hasBody ? { body: JSON.stringify(body ?? {}) } : {}),
      signal: isChange ? timeout : AbortSignal.any([call.signal, timeout]),
      redirect: 'manual',
    });
    const text = await response.text();
    const total = Number(response.headers.get('X-Total-Count') ?? 0);
    return { status: response.status, body: parsed(text), total };
  }

  /** A task has no id: it is known by its name and what it is about, and of several the last one is meant. */
  async #ended({ name, metadata }: Task, call: DriverCall): Promise<void> {
    const about = JSON.stringify(sorted(metadata));
    for (;;) {
      await this.#ports.sleep(pollMilliseconds, call.signal).catch(() => {
        throw expired();
      });
      const { body } = await this.#withToken({ method: 'GET', path: `/task?name=${encodeURIComponent(name)}` }, call);
      const { executing_tasks: running, finished_tasks: ended } = body as Tasks; // the dashboard's own answer
      const isMine = (one: Task) => one.name === name && JSON.stringify(sorted(one.metadata)) === about;
      if (running.some(isMine)) continue;
      const [last] = ended.filter(isMine).toSorted((a, b) => (a.begin_time > b.begin_time ? -1 : 1));
      // The task is no longer kept: the caller looks at the image.
      if (last === undefined || last.success) return;
      throw failureOf(last.exception?.status ?? 400, last.exception);
    }
  }
}

interface Task {
  readonly name: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

interface Tasks {
  readonly executing_tasks: readonly Task[];
  readonly finished_tasks: readonly (Task & {
    readonly begin_time: string;
    readonly success: boolean;
    readonly exception: { readonly status?: number } | null;
  })[];
}

const sorted = (of: Readonly<Record<string, unknown>>) => Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1));

function checked(answer: Answer): Answer {
  if (answer.status < 300) return answer;
  throw failureOf(answer.status, answer.body);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
