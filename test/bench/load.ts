// Closed-loop load: so many loops, each sends its next request when the last one was answered.
import { Connection } from './client.ts';

export interface Figures {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly requests: number;
  readonly errors: number;
}

export const concurrency = 16;

/** A load stops at whichever comes first. */
export interface Bounds {
  readonly seconds: number;
  readonly requests: number;
}

/** Runs `work` in loops for the bounds. False counts as an error; a rejection ends the whole load. */
export async function inLoops(
  loops: number,
  bounds: Bounds,
  work: (loop: number) => Promise<boolean>,
): Promise<Figures> {
  const times: number[] = [];
  let errors = 0;
  let begun = 0;
  const start = performance.now();
  const end = start + bounds.seconds * 1000;
  const run = async (loop: number) => {
    while (begun < bounds.requests && performance.now() < end) {
      begun += 1;
      const at = performance.now();
      if (await work(loop)) times.push(performance.now() - at);
      else errors += 1;
    }
  };
  await Promise.all(Array.from({ length: loops }, (_, loop) => run(loop)));
  return figuresOf(times, performance.now() - start, errors);
}

function figuresOf(times: number[], milliseconds: number, errors: number): Figures {
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN;
  return {
    perSecond: (times.length / milliseconds) * 1000,
    p50: at(0.5),
    p99: at(0.99),
    requests: times.length,
    errors,
  };
}

/** HTTP load: every answer must be 2xx. `next` gives the bytes of the next request. */
export async function httpLoad(
  port: number,
  next: () => Buffer,
  bounds: Bounds,
  loops = concurrency,
): Promise<Figures> {
  const connections = await Promise.all(Array.from({ length: loops }, () => Connection.open(port)));
  try {
    return await inLoops(loops, bounds, async (loop) => {
      const reply = await connections[loop]?.send(next());
      return reply !== undefined && reply.status >= 200 && reply.status < 300;
    });
  } finally {
    for (const one of connections) one.close();
  }
}

/** The best of several runs: other people's work on the machine only ever makes a run slower. Errors add up. */
export function bestOf(runs: readonly Figures[]): Figures {
  const best = runs.reduce((a, b) => (b.perSecond > a.perSecond ? b : a));
  return { ...best, errors: runs.reduce((sum, one) => sum + one.errors, 0) };
}

/** Numbers that look random and are the same in every run. */
export function counter(seed = 1): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    // xorshift32: enough to spread keys over an index, and cheap.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}
