// Limits as the throttle groups of the daemon know them.

import type { Volume } from '../../driver.ts';
import { type Limits, limitsOf } from '../../driver-kit/limits.ts';

/**
 * The daemon keeps every field that is not named, so all of them are: a burst that was forgotten beats the new limit.
 */
export type ThrottleLimits = Readonly<Record<string, number>>;

const words = {
  total_iops_sec: 'iops-total',
  read_iops_sec: 'iops-read',
  write_iops_sec: 'iops-write',
  total_bytes_sec: 'bps-total',
  read_bytes_sec: 'bps-read',
  write_bytes_sec: 'bps-write',
} as const;

export const throttleOf = ({ qos, sizeGiB }: Pick<Volume, 'qos' | 'sizeGiB'>): ThrottleLimits =>
  inWords(limitsOf(qos, sizeGiB));

function inWords({ by, operationBytes }: Limits): ThrottleLimits {
  const all: Record<string, number> = { 'iops-size': operationBytes ?? 0 };
  for (const [measure, word] of Object.entries(words)) {
    const limit = by[measure as keyof typeof words];
    all[word] = limit?.rate ?? 0;
    all[`${word}-max`] = limit?.burst ?? 0;
    all[`${word}-max-length`] = limit?.burst == null ? 1 : limit.burstSeconds;
  }
  return all;
}
