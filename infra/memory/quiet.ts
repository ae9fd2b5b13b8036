// Memory that a load has left behind: V8 keeps the room of the youngest objects as large as it once was (128 MB where
// there is memory) and collects nothing while nothing is allocated, and the C library keeps what was freed. So a process
// that was busy for a second looks busy for a day. In a quiet moment both are told to give back what they do not need.
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How a process looks to whoever decides. */
export interface Look {
  /** The part of the time since the last look in which the event loop had something to do. */
  readonly busyPart: number;
  readonly residentBytes: number;
}

const lookMilliseconds = 5_000;
const quietPart = 0.05;
/** A collection costs 25 to 60 ms: it must be worth that. */
const leastBytes = 16 * 2 ** 20;
const leastPart = 0.1;

/** Decides at each look: true when it is quiet, and much more is held than was left the last time. */
export function decider(): { isTime(look: Look): boolean; collected(residentBytes: number): void } {
  let left = 0;
  return {
    isTime: ({ busyPart, residentBytes }) =>
      busyPart < quietPart && residentBytes > left + Math.max(leastBytes, left * leastPart),
    collected: (residentBytes) => {
      left = residentBytes;
    },
  };
}

type Collect = (how: { type: 'major'; execution: 'async'; flavor: 'last-resort' }) => Promise<void>;

let collect: Collect | undefined;

/** Collects all garbage of this thread and gives back what is free. Resolves when it is done: some 50 ms. */
export async function giveBack(): Promise<void> {
  if (collect === undefined) {
    // V8 shows its collector to contexts that are made while this is on.
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as Collect; // as V8 has it: lib/extensions/gc-extension.cc
    setFlagsFromString('--no-expose-gc');
  }
  await collect({ type: 'major', execution: 'async', flavor: 'last-resort' });
  await trim();
}

/** What the C library holds free. Without koffi, or with another C library, it stays. */
async function trim(): Promise<void> {
  if (process.platform !== 'linux') return;
  try {
    const { default: koffi } = await import('koffi');
    const mallocTrim = koffi.load(null).func('int malloc_trim(size_t pad)');
    await new Promise((resolve) => mallocTrim.async(0, resolve));
  } catch {} // an optional package
}

/** Looks after the memory of this process until it is stopped. */
export function tendMemory(): { stop(): void } {
  const { isTime, collected } = decider();
  let since = performance.eventLoopUtilization();
  let isUnderWay = false;
  const look = async () => {
    const busyPart = performance.eventLoopUtilization(since).utilization;
    since = performance.eventLoopUtilization();
    if (isUnderWay || !isTime({ busyPart, residentBytes: process.memoryUsage.rss() })) return;
    isUnderWay = true;
    await giveBack().catch(() => {});
    isUnderWay = false;
    collected(process.memoryUsage.rss());
  };
  const timer = setInterval(() => void look(), lookMilliseconds).unref();
  return { stop: () => clearInterval(timer) };
}
