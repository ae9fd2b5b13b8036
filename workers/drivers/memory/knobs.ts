// Faults that a test asks for, by method and id. The test holds the object; nothing is module state.

import { type DriverCall, DriverError, type DriverFailure } from '../../driver.ts';

/** The methods as the knobs name them. */
export type Method =
  | 'create'
  | 'remove'
  | 'connect'
  | 'disconnect'
  | 'stats'
  | 'listOwned'
  | 'extend'
  | 'snapshot.create'
  | 'snapshot.remove'
  | 'revert'
  | 'openData'
  | 'qos'
  | 'replication.enable'
  | 'replication.disable'
  | 'replication.failover'
  | 'replication.failoverVolumes'
  | 'replication.locate'
  | 'manage.list'
  | 'manage.size'
  | 'manage.adopt'
  | 'manage.release'
  | 'manage.snapshots.list'
  | 'manage.snapshots.size'
  | 'manage.snapshots.adopt'
  | 'manage.snapshots.release';

export type Fault =
  /** Surely not done, unless the failure is `transient`: then not done either, but the caller cannot know. */
  | { readonly kind: 'fail-before'; readonly failure: DriverFailure }
  /** Done, but the answer is `transient`: the outcome is unknown to the caller. */
  | { readonly kind: 'fail-after' }
  /** Never answers until the signal aborts; `done` says whether the effect happens. */
  | { readonly kind: 'hang'; readonly done: boolean }
  /** Waits before the effect, by the injected sleep. */
  | { readonly kind: 'delay'; readonly ms: number };

/** The two failures that tests ask for most. */
export const busy: Fault = { kind: 'fail-before', failure: 'busy' };
export const noSpace: Fault = { kind: 'fail-before', failure: 'no-space' };

/** Waits that many milliseconds of whatever clock the test runs on; rejects or returns early when the signal aborts. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

interface Armed {
  readonly fault: Fault;
  left: number;
}

export class MemoryKnobs {
  readonly #armed = new Map<string, Armed[]>();
  readonly #calls = new Map<string, number>();

  /** The next `times` calls of the method for the id (`*`: any id; `-` where a call has none) meet the fault. */
  set(method: Method, id: string, fault: Fault, times = 1): this {
    const key = `${method} ${id}`;
    this.#armed.set(key, [...(this.#armed.get(key) ?? []), { fault, left: times }]);
    return this;
  }

  clear(): void {
    this.#armed.clear();
  }

  /** How often the method was called for the id, faults included. */
  calls(method: Method, id: string): number {
    return this.#calls.get(`${method} ${id}`) ?? 0;
  }

  /** For the back end: counts the call and takes the fault that it meets; faults for the id before those for all. */
  take(method: Method, id: string): Fault | null {
    this.#calls.set(`${method} ${id}`, this.calls(method, id) + 1);
    for (const key of [`${method} ${id}`, `${method} *`]) {
      const armed = this.#armed.get(key)?.find(({ left }) => left > 0);
      if (armed === undefined) continue;
      armed.left -= 1;
      return armed.fault;
    }
    return null;
  }
}

/** Runs the effect with the fault around it. Without a fault it costs one turn of the event loop's microtasks. */
export async function withFault<T>(
  fault: Fault | null,
  sleep: Sleep | null,
  call: DriverCall,
  effect: () => T,
): Promise<T> {
  if (call.signal.aborted) throw expired();
  if (fault === null) return effect();
  if (fault.kind === 'fail-before')
    throw new DriverError(fault.failure, `The memory back end was told to say ${fault.failure}.`);
  if (fault.kind === 'fail-after') {
    effect();
    throw new DriverError('transient', 'The memory back end was told to lose its answer.');
  }
  if (fault.kind === 'hang') {
    if (fault.done) effect();
    await aborted(call.signal);
    throw expired();
  }
  if (sleep === null) throw new DriverError('fatal', 'The memory back end has no sleep. Give one to use a delay.');
  await sleep(fault.ms, call.signal);
  if (call.signal.aborted) throw expired();
  return effect();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function expired(): DriverError {
  return new DriverError('transient', 'The back end did not finish in time. The same call can be made again.');
}
