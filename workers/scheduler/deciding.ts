// A decision with the scheduler's settings, and what must be read for it.
import type { WorkerPorts } from '../ports.ts';
import { withCounts } from '../store/pools.ts';
import { decide, type Explanation } from './decide.ts';
import type { Pool, Request } from './pool.ts';
import { defaultScheduling } from './scheduling.ts';

/** Decides among these pools, with the settings of the scheduler. */
export async function decideNow(
  { database, ids, scheduling = defaultScheduling }: Pick<WorkerPorts, 'database' | 'ids' | 'scheduling'>,
  pools: readonly Pool[],
  request: Request,
): Promise<Explanation> {
  const counts = scheduling.weighers.some(({ name }) => name === 'VolumeNumber');
  const counted = counts ? await withCounts(database, pools) : pools;
  return decide(counted, request, scheduling, () => fraction(ids.secret(6)));
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A number from 0 up to 1, made from base64url. */
export const fraction = (text: string): number =>
  [...text].reduceRight((rest, digit) => (digits.indexOf(digit) + rest) / 64, 0);
