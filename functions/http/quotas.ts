// What a refused quota tells the client, in Cinder's words.

import { DatabaseError } from '../../infra/database/port.ts';
import type { QuotaRefusal } from '../../schema/quotas.ts';
import { type Fault, overQuota } from './faults.ts';

/** The 413 of a statement that was refused for quota; null when the error is something else. */
export function quotaFault(error: unknown): Fault | null {
  if (!(error instanceof DatabaseError) || error.failure !== 'refused' || !error.reason.startsWith('{')) return null;
  const refusal = JSON.parse(error.reason) as QuotaRefusal; // written by countQuota() in schema/quotas.ts
  const limit = refusal.limit;
  if (refusal.quota === 'gigabytes') {
    return overQuota(
      `VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. Requested ` +
        `${refusal.delta}G, quota is ${limit}G and ${refusal.in_use - refusal.delta}G has been consumed.`,
    );
  }
  if (refusal.quota === 'per_volume_gigabytes') return tooLargeForProject(refusal.in_use, limit);
  if (refusal.quota === 'snapshots') {
    return overQuota(`SnapshotLimitExceeded: Maximum number of snapshots allowed (${limit}) exceeded`);
  }
  return overQuota(
    `VolumeLimitExceeded: Maximum number of volumes allowed (${limit}) exceeded for quota '${refusal.quota}'.`,
  );
}

/** The 413 of one volume that is larger than any may be. */
export function tooLargeForProject(sizeGiB: number, limit: number): Fault {
  return overQuota(
    `VolumeSizeExceedsLimit: Requested volume size ${sizeGiB}G is larger than maximum allowed limit ${limit}G.`,
  );
}
