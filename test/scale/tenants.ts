// 10,000 tenants on one queue, one of them noisy, in virtual time: how long the others wait for a worker. The queue is
// ours, the workers do nothing but take time.
import { virtualClock } from '../../infra/clock/virtual.ts';
import { memoryQueue } from '../../infra/queue/memory.ts';
import type { Message, Queue } from '../../infra/queue/port.ts';

export interface Scene {
  readonly tenants: number;
  /** What all quiet tenants together ask for, in a second. */
  readonly perSecond: number;
  readonly seconds: number;
  readonly workers: number;
  /** How long a worker is at a piece of work. */
  readonly workMilliseconds: number;
  /** What the noisy tenant asks for at once, after a sixth of the time. */
  readonly flood: number;
}

export const scene: Scene = {
  ...{ tenants: 10_000, perSecond: 20, seconds: 300, workers: 16, workMilliseconds: 400, flood: 20_000 },
};

export interface Waits {
  readonly count: number;
  readonly median: number;
  readonly p99: number;
  readonly most: number;
}

export interface Played {
  /** Of the quiet tenants, in milliseconds until a worker has begun. */
  readonly quiet: Waits;
  /** Of what the noisy one has asked for, how much was done. */
  readonly noisyDone: number;
}

/** Numbers from 0 to 1, the same each time. */
function drawing(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** A queue that hands out what came first, for comparison: what a queue without turns would do. */
export function firstComeQueue(): Pick<Queue, 'send' | 'receive' | 'acknowledge' | 'close'> {
  const waiting: Message[] = [];
  let head = 0;
  const idle = new Set<() => void>();
  return {
    async send(_, messages) {
      waiting.push(...messages);
      for (const wake of [...idle].slice(0, messages.length)) wake();
    },
    async receive(_, { signal }) {
      while (!signal.aborted && head >= waiting.length) {
        await new Promise<void>((resolve) => {
          const wake = () => {
            idle.delete(wake);
            resolve();
          };
          idle.add(wake);
          signal.addEventListener('abort', wake, { once: true });
        });
      }
      const message = waiting[head];
      if (message === undefined) return [];
      head += 1;
      return [{ message, receipt: String(head) }];
    },
    async acknowledge() {},
    async close() {},
  };
}

export async function play(of: Scene, kind: 'ours' | 'first come' = 'ours'): Promise<Played> {
  const clock = virtualClock();
  const queue = kind === 'ours' ? memoryQueue({ clock }) : firstComeQueue();
  const random = drawing(7);
  const begun = clock.now();
  const asked = new Map<string, number>();
  const waits: number[] = [];
  let noisyDone = 0;
  const stopping = new AbortController();

  async function worker(): Promise<void> {
    while (!stopping.signal.aborted) {
      const taken = await queue.receive('work', { most: 1, visibilitySeconds: 60, signal: stopping.signal });
      for (const { message, receipt } of taken) {
        const at = asked.get(message.operation);
        if (at === undefined) noisyDone += 1;
        else waits.push(clock.now() - at);
        asked.delete(message.operation);
        await clock.sleep(of.workMilliseconds, stopping.signal).catch(() => {});
        await queue.acknowledge('work', [receipt]);
      }
    }
  }
  async function quiet(): Promise<void> {
    for (let n = 0; ; n += 1) {
      await clock.sleep((-Math.log(1 - random()) / of.perSecond) * 1000, stopping.signal);
      const operation = `quiet-${n}`;
      asked.set(operation, clock.now());
      await queue.send('work', [{ operation, attempt: 0, project: `tenant-${Math.floor(random() * of.tenants)}` }]);
    }
  }
  async function noisy(): Promise<void> {
    await clock.sleep((of.seconds / 6) * 1000, stopping.signal);
    const flood = Array.from({ length: of.flood }, (_, n) => ({
      operation: `noisy-${n}`,
      attempt: 0,
      project: 'noisy',
    }));
    await queue.send('work', flood);
  }
  const all = [...Array.from({ length: of.workers }, worker), quiet().catch(() => {}), noisy().catch(() => {})];
  await clock.advance(of.seconds * 1000);
  stopping.abort();
  await Promise.all(all);
  await queue.close();
  if (clock.now() - begun < of.seconds * 1000) throw new Error('the time has not passed');
  // Who has not been served at the end has waited until now at least.
  const late = [...asked.values()].map((at) => clock.now() - at);
  return { quiet: waitsOf([...waits, ...late]), noisyDone };
}

function waitsOf(all: number[]): Waits {
  const sorted = all.sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { count: sorted.length, median: at(0.5), p99: at(0.99), most: at(1) };
}
