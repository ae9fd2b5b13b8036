// Limits at the door: how much at once and how often, for a project, an address and all together.
import type { Counters, Rate } from '../../infra/counters/port.ts';
import { Fault } from './faults.ts';

/** What an operator may limit. Null: no limit. */
export interface LimitSettings {
  /** Longer tokens are refused unread; Node itself refuses headers over 16 KiB together. */
  readonly maxTokenBytes: number;
  readonly concurrent: number | null;
  readonly concurrentPerProject: number | null;
  /** Requests that wait for something to change, and streams of events: those of one process, and of a project there. */
  readonly waiting: number | null;
  readonly waitingPerProject: number | null;
  readonly concurrentPerAddress: number | null;
  /** Of one address, while it is not known for which project it asks, or there is none. */
  readonly concurrentWithoutProject: number | null;
  readonly ratePerProject: Rate | null;
  readonly ratePerAddress: Rate | null;
  /** What too many requests are told: 413 is what Cinder's clients know, 429 what RFC 6585 says. */
  readonly rateStatus: 413 | 429;
}

/** Concurrency that one process can serve, and no rate: who is alone on a service may use it. */
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

/** Of all requests at once those that need no token have half: however they come, projects have the other half. */
const openPart = 0.5;

/** What a request holds while it is served. */
export interface Pass {
  /** Throws the fault that a project of too many requests is told. Called once, when it is known who asks. */
  project(projectId: string | null): void;
  /**
   * Gives back what was held, for a place among those that wait. False: there is none, and the request goes on as it
   * was.
   */
  rest(projectId: string | null): boolean;
  /** Gives back what is held. */
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
   * Lets a request in that is whole, from that address (null: not known), or throws the fault that it is told.
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

  /** Never 0: by Retry-After 0 clients know that a quota is used up, and then they do not try again. */
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
