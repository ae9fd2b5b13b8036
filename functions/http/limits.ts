// Limits at the door: how many requests at once and how often, per project, per address and in total.
import type { Counters, Rate } from '../../infra/counters/port.ts';
import { Fault } from './faults.ts';

/** What an operator may limit. Null: no limit. */
export interface LimitSettings {
  /** Longer tokens are refused unread. Node itself refuses headers over 16 KiB in total. */
  readonly maxTokenBytes: number;
  readonly concurrent: number | null;
  readonly concurrentPerProject: number | null;
  /** Requests that wait for a change, and event streams: the most in one process, and the most of one project there. */
  readonly waiting: number | null;
  readonly waitingPerProject: number | null;
  readonly concurrentPerAddress: number | null;
  /** Per address, for requests whose project is not known yet, or that have none. */
  readonly concurrentWithoutProject: number | null;
  readonly ratePerProject: Rate | null;
  readonly ratePerAddress: Rate | null;
  /** The status when there are too many requests: 413 is what Cinder's clients know, 429 is RFC 6585. */
  readonly rateStatus: 413 | 429;
}

/** As much concurrency as one process can serve, and no rate limit: a project that is alone may use it all. */
export const defaultLimits: LimitSettings = {
  maxTokenBytes: 16_384,
  concurrent: 1024,
  concurrentPerProject: 256,
  waiting: 4096,
  waitingPerProject: 512,
  concurrentPerAddress: null,
  concurrentWithoutProject: 256,
  ratePerProject: null,
  ratePerAddress: null,
  rateStatus: 413,
};

/** Requests that need no token get at most half of the places, so projects always have the other half. */
const openPart = 0.5;

/** What a request holds while it is served. */
export interface Pass {
  /** Throws the fault when a project sends too many requests. Called once, when the project is known. */
  project(projectId: string | null): void;
  /**
   * Exchanges what was held for a place among the waiting requests. False when none is free: then nothing has
   * changed.
   */
  rest(projectId: string | null): boolean;
  /** Releases what is held. */
  leave(): void;
}

const open: Pass = { project() {}, rest: () => true, leave() {} };

const everything = 'all';

export class Limits {
  readonly #counters: Counters | undefined;
  readonly #settings: LimitSettings;

  /** Without counters nothing is limited. */
  constructor(counters: Counters | undefined, settings: LimitSettings) {
    this.#counters = counters;
    this.#settings = settings;
  }

  /**
   * Admits a request that has been received in full, from that address (null: not known), or throws the fault.
   * `isOpen`: it needs no token.
   */
  enter(address: string | null, isOpen = false): Pass {
    const counters = this.#counters;
    if (counters === undefined) return open;
    const settings = this.#settings;
    const held: string[] = [];
    const stranger = `n:${address}`;
    const pass: Pass = {
      project: (projectId) => {
        if (projectId === null) return;
        release(counters, held, stranger);
        this.#check(counters, held, `p:${projectId}`, settings.concurrentPerProject, settings.ratePerProject);
      },
      rest: (projectId) => {
        const mine: string[] = [];
        const places = [
          ['w', settings.waiting],
          [`w:${projectId}`, settings.waitingPerProject],
        ] as const;
        try {
          for (const [key, most] of places) hold(counters, mine, key, most, 'here', () => tooBusy);
        } catch {
          for (const key of mine) counters.leave(key);
          return false;
        }
        pass.leave();
        held.push(...mine);
        return true;
      },
      leave() {
        for (const key of held.splice(0)) counters.leave(key);
      },
    };
    try {
      hold(counters, held, everything, settings.concurrent, 'here', () => tooBusy);
      const mostOpen = settings.concurrent === null ? null : Math.ceil(settings.concurrent * openPart);
      if (isOpen) hold(counters, held, 'open', mostOpen, 'here', () => tooBusy);
      if (address !== null) {
        this.#check(counters, held, `a:${address}`, settings.concurrentPerAddress, settings.ratePerAddress);
        hold(counters, held, stranger, settings.concurrentWithoutProject, 'everywhere', () => this.#tooMany(1000));
      }
      return pass;
    } catch (error) {
      pass.leave();
      throw error;
    }
  }

  #check(counters: Counters, held: string[], key: string, most: number | null, rate: Rate | null): void {
    hold(counters, held, key, most, 'everywhere', () => this.#tooMany(1000));
    if (rate === null) return;
    const wait = counters.take(key, rate);
    if (wait > 0) throw this.#tooMany(wait);
  }

  /** Never 0: clients read Retry-After 0 as a used-up quota and do not retry. */
  #tooMany(milliseconds: number): Fault {
    const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
    return new Fault(this.#settings.rateStatus, 'This request was rate-limited.', { 'Retry-After': String(seconds) });
  }
}

function hold(
  counters: Counters,
  held: string[],
  key: string,
  most: number | null,
  where: 'here' | 'everywhere',
  fault: () => Fault,
): void {
  if (most === null) return;
  if (!counters.enter(key, most, where)) throw fault();
  held.push(key);
}

function release(counters: Counters, held: string[], key: string): void {
  const at = held.indexOf(key);
  if (at < 0) return;
  held.splice(at, 1);
  counters.leave(key);
}

const tooBusy = new Fault(503, 'Too many requests are being served. Try again.', { 'Retry-After': '1' });
