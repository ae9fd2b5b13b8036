// Limits as the throttle groups of the daemon know them. It refuses a group as a whole, and then the volume cannot be
// opened: what it refuses is not sent.

import { DriverError, type Volume } from '../../driver.ts';
import { type Limits, limitsOf, mostPerSecond } from '../../driver-kit/limits.ts';

/**
 * The daemon keeps every field that is not named, so all of them are: a burst that was forgotten beats the new limit.
 */
export type ThrottleLimits = Readonly<Record<string, number>>;

type Limited = Pick<Volume, 'qos' | 'sizeGiB'>;
const kinds = ['iops', 'bytes'] as const;
const words = { iops: 'iops', bytes: 'bps' } as const;

/** Throws `not-supported` for limits that the daemon cannot keep: a total, and reads or writes beside it. */
export function assertKept({ qos, sizeGiB }: Limited): void {
  const { by } = limitsOf(qos, sizeGiB);
  for (const kind of kinds) {
    if (by[`total_${kind}_sec`] === undefined) continue;
    if (by[`read_${kind}_sec`] === undefined && by[`write_${kind}_sec`] === undefined) continue;
    const names = `total_${kind}_sec, or read_${kind}_sec and write_${kind}_sec`;
    throw new DriverError('not-supported', `The back end keeps to ${names}, and not to both. Change the QoS specs.`);
  }
}

/** A total holds alone where reads or writes are limited beside it. */
export function throttleOf({ qos, sizeGiB }: Limited): ThrottleLimits {
  const { by, operationBytes } = limitsOf(qos, sizeGiB);
  const all: Record<string, number> = {};
  for (const kind of kinds) {
    const isTotal = by[`total_${kind}_sec`] !== undefined;
    for (const what of ['total', 'read', 'write'] as const) {
      const limit = isTotal && what !== 'total' ? undefined : by[`${what}_${kind}_sec`];
      Object.assign(all, throttle(`${words[kind]}-${what}`, limit));
    }
  }
  const counts = all['iops-total'] || all['iops-read'] || all['iops-write'];
  return { ...all, 'iops-size': counts ? (operationBytes ?? 0) : 0 };
}

function throttle(word: string, limit: Limits['by'][keyof Limits['by']]): ThrottleLimits {
  const burst = limit?.burst ?? 0;
  const longest = burst === 0 ? 1 : Math.max(1, Math.floor(mostPerSecond / burst));
  const seconds = burst === 0 ? 1 : Math.min(limit?.burstSeconds ?? 1, longest);
  return { [word]: limit?.rate ?? 0, [`${word}-max`]: burst, [`${word}-max-length`]: seconds };
}
