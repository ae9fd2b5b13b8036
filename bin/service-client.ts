// The client with which verbs ask the running service: it signs in, and sends requests with variables for what was
// created before.
import { setTimeout } from 'node:timers/promises';
import { called } from './called.ts';
import { CommandError } from './command.ts';

export interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** The path below /v3/PROJECT; `$VOLUME` is replaced by the id that was kept under that name. */
  readonly path: string;
  readonly body?: unknown;
  /** Where the answer has the id of what was created, and the name to keep it under. */
  readonly keeps?: { readonly at: string; readonly as: string };
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are read field by field
  readonly body: any;
}

const patienceMilliseconds = 30_000;
const pollMilliseconds = 10;

export class ServiceClient {
  readonly #root: string;
  #signal: AbortSignal;
  #token = '';
  #project = '';
  #signInAgain: () => Promise<void> = async () => {};
  readonly #kept = new Map<string, string>();

  constructor(root: string, signal: AbortSignal) {
    this.#root = root;
    this.#signal = signal;
  }

  async signIn(user: string, password: string, project = 'demo'): Promise<void> {
    const body = signInBody(user, password, project);
    const answer = await this.#send(`${this.#root}/identity/v3/auth/tokens`, 'POST', body, {});
    if (answer.status !== 201) throw refusal('signing in', answer);
    this.#token = answer.headers.get('x-subject-token') ?? '';
    this.#project = answer.body.token.project.id;
    this.#signInAgain = () => this.signIn(user, password, project);
  }

  /** Signs in again as the same user: a token ends after a while. */
  renew(): Promise<void> {
    return this.#signInAgain();
  }

  /** Throws a CommandError for every status of 400 and more, except a 404 with `mayBeGone`. */
  async ask({ method, path, body, keeps }: Request, mayBeGone = false): Promise<Answer> {
    const url = `${this.#root}/v3/${this.#project}${this.filled(path)}`;
    const answer = await this.#send(url, method, body && JSON.parse(this.filled(JSON.stringify(body))), {
      'X-Auth-Token': this.#token,
    });
    if (answer.status >= 400 && !(mayBeGone && answer.status === 404)) throw refusal(`${method} ${path}`, answer);
    if (keeps !== undefined) {
      const id: unknown = keeps.at.split('.').reduce((at, key) => at?.[key], answer.body);
      if (typeof id !== 'string') throw new CommandError(`${method} ${path}: there is no ${keeps.at} in the answer`);
      this.#kept.set(keeps.as, id);
    }
    if (this.#signal.aborted) throw new CommandError('interrupted');
    return answer;
  }

  /** Reads a path at the root instead of below /v3; null when it does not exist. Throws as ask() does. */
  async read(path: string): Promise<Answer['body']> {
    const answer = await this.#send(`${this.#root}${path}`, 'GET', undefined, { 'X-Auth-Token': this.#token });
    if (answer.status === 404) return null;
    if (answer.status >= 400) throw refusal(`GET ${path}`, answer);
    return answer.body;
  }

  /** A streamed answer: its body is read until it ends, or until an interrupt. Throws as ask() does. */
  async open(path: string, headers: Readonly<Record<string, string>>): Promise<Response> {
    const given = { 'User-Agent': 'scoria-cli', 'X-Auth-Token': this.#token, ...headers };
    const answer = await fetch(`${this.#root}${path}`, { headers: given, signal: this.#signal }).catch((error) => {
      throw this.#unanswered(error);
    });
    if (answer.status < 400) return answer;
    const text = await answer.text();
    throw refusal(`GET ${path}`, { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : null });
  }

  /** Asks until the status is the wanted one (`gone`: 404); calls `seen` for each status on the way. */
  async until(path: string, wanted: string, seen: (status: string) => void): Promise<Answer> {
    const end = performance.now() + patienceMilliseconds;
    let last = '';
    while (performance.now() < end) {
      const answer = await this.ask({ method: 'GET', path }, true);
      const [shown] = Object.values<{ status?: string }>(answer.body ?? {});
      const status = answer.status === 404 ? 'gone' : (shown?.status ?? 'unknown');
      if (status !== last) seen(status);
      if (status === wanted) return answer;
      if (status.startsWith('error')) throw new CommandError(`${path} became ${status}, not ${wanted}`);
      last = status;
      await setTimeout(pollMilliseconds, undefined, { signal: this.#signal });
    }
    throw new CommandError(`${path} is ${last} and not ${wanted} after ${patienceMilliseconds / 1000} s`);
  }

  isKept(name: string): boolean {
    return this.#kept.has(name);
  }

  /** From now on requests are sent even after an interrupt: for the clean-up. */
  resume(): void {
    this.#signal = new AbortController().signal;
  }

  /** The ids of everything that was created. */
  made(): string[] {
    return [...this.#kept.values()];
  }

  /** Waits until it is no longer changing, or is gone. */
  async settled(path: string): Promise<Answer> {
    const end = performance.now() + patienceMilliseconds;
    for (;;) {
      const answer = await this.ask({ method: 'GET', path }, true);
      const [shown] = Object.values<{ status?: string }>(answer.body ?? {});
      if (answer.status === 404 || !/^(?!error).*ing/.test(shown?.status ?? '') || performance.now() > end)
        return answer;
      await setTimeout(pollMilliseconds);
    }
  }

  filled(text: string): string {
    return text.replace(/\$([A-Z]+)/g, (whole, name: string) => this.#kept.get(name) ?? whole);
  }

  async #send(url: string, method: string, body: unknown, headers: Record<string, string>) {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const all = { 'Content-Type': 'application/json', 'User-Agent': 'scoria-cli', ...headers };
    const late = AbortSignal.timeout(patienceMilliseconds);
    // A request that creates something is always awaited: an interrupt would leave an object whose id nobody knows.
    const signal = method === 'GET' ? AbortSignal.any([this.#signal, late]) : late;
    try {
      const answer = await fetch(url, {
        method,
        headers: all,
        ...json,
        signal,
      });
      const text = await answer.text();
      return { status: answer.status, headers: answer.headers, body: text.startsWith('{') ? JSON.parse(text) : null };
    } catch (error) {
      throw this.#unanswered(error);
    }
  }

  #unanswered(error: unknown): CommandError {
    if (this.#signal.aborted) return new CommandError('interrupted');
    const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    return new CommandError(
      `nothing answers at ${this.#root} (${why}). Start it with ${called('start')}, or say where it is with --url.`,
    );
  }
}

function refusal(what: string, { status, body }: Answer): CommandError {
  const [fault] = Object.values<{ message?: string }>(body ?? {});
  return new CommandError(`${what}: ${status} ${fault?.message ?? ''}`.trim());
}

/** The body of a request for a token, with a user of the first domain. */
export const signInBody = (name: string, password: string, project = 'demo') => ({
  auth: {
    identity: { methods: ['password'], password: { user: { name, domain: { id: 'default' }, password } } },
    scope: { project: { name: project, domain: { id: 'default' } } },
  },
});
