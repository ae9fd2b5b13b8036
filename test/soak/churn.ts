// Volumes that are created, wait until they are available, and are deleted; and one client that looks on.
import { Connection, requestBytes } from '../bench/client.ts';
import type { Bounds } from '../bench/load.ts';
import { createAll, deleteAll, type Target } from '../bench/writes.ts';

export interface Churned {
  /** Volumes created and deleted, and how many did not come or go as they should. */
  readonly volumes: number;
  readonly errors: number;
  readonly perSecond: number;
  /** What another client's requests took meanwhile: the median, one of a hundred, the slowest. */
  readonly lookMilliseconds: readonly [number, number, number];
}

/** Volumes of one round: so many are there at once. */
const roundSize = 200;
const lookMilliseconds = 25;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function churn(target: Target, bounds: Bounds & { readonly clients: number }): Promise<Churned> {
  const begun = performance.now();
  const end = begun + bounds.seconds * 1000;
  let isOver = false;
  const looking = look();
  let volumes = 0;
  let errors = 0;
  /** Looks on every 25 ms, and returns what that took. */
  async function look(): Promise<number[]> {
    const connection = await Connection.open(target.port);
    const bytes = requestBytes({ path: `${target.base}/volumes?limit=1`, token: target.token });
    const times: number[] = [];
    while (!isOver) {
      const at = performance.now();
      await connection.send(bytes);
      times.push(performance.now() - at);
      await pause(lookMilliseconds);
    }
    connection.close();
    return times.sort((a, b) => a - b);
  }

  while (performance.now() < end && volumes < bounds.requests) {
    const made = await createAll(target, Math.min(roundSize, bounds.requests - volumes), bounds.clients, 300);
    const gone = await deleteAll(target, made.ids, bounds.clients, 300);
    volumes += made.ids.length;
    errors += made.whole.errors + gone.errors;
  }
  isOver = true;
  const perSecond = (volumes / (performance.now() - begun)) * 1000;
  const times = await looking;
  const at = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN;
  return { volumes, errors, perSecond, lookMilliseconds: [at(0.5), at(0.99), at(1)] };
}
