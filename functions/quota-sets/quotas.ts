// What a refused quota tells the client, in Cinder's words.

import { DatabaseError } from '../../infra/database/port.ts';
import type { QuotaRefusal } from '../../schema/quotas.ts';
import { badRequest, type Fault, overQuota } from '../http/faults.ts';
import { largestInteger } from '../http/schemas.ts';

/** The 413 of a statement that was refused for quota; null when the error is something else. */
export function quotaFault(error: unknown): Fault | null {
  if (!(error instanceof DatabaseError) || error.failure !== 'refused' || !error.reason.startsWith('{')) return null;
  const refusal = JSON.parse(error.reason) as QuotaRefusal; // written by countQuota() in schema/quotas.ts
  const { quota, type, in_use: wouldBe, limit, delta } = refusal;
  const name = type === null ? quota : `${quota}_${type}`;
  const consumed = `Requested ${delta}G, quota is ${limit}G and ${wouldBe - delta}G has been consumed.`;
  // The quotas of all types together are named by the words of Cinder's sentences already.
  const ofType = type === null ? '' : ` for quota '${name}'`;
  switch (quota) {
    case 'gigabytes':
      return overQuota(
        `VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed ${name} quota. ${consumed}`,
      );
    case 'per_volume_gigabytes':
      return tooLargeForProject(wouldBe, limit);
    case 'snapshots':
      return overQuota(`SnapshotLimitExceeded: Maximum number of snapshots allowed (${limit}) exceeded${ofType}`);
    case 'backups':
      return overQuota(`BackupLimitExceeded: Maximum number of backups allowed (${limit}) exceeded`);
    case 'backup_gigabytes':
      return overQuota(
        `VolumeBackupSizeExceedsAvailableQuota: Requested backup exceeds allowed Backup gigabytes quota. ${consumed}`,
      );
    case 'snapshot_schedules':
      return overQuota(
        `SnapshotScheduleLimitExceeded: Maximum number of snapshot schedules allowed (${limit}) exceeded`,
      );
    case 'groups':
      return overQuota(`GroupLimitExceeded: Maximum number of groups allowed (${limit}) exceeded`);
    default:
      return overQuota(
        `VolumeLimitExceeded: Maximum number of volumes allowed (${limit}) exceeded for quota '${name}'.`,
      );
  }
}

/** The 413 of one volume that is larger than any may be. */
export function tooLargeForProject(sizeGiB: number, limit: number): Fault {
  return overQuota(
    `VolumeSizeExceedsLimit: Requested volume size ${sizeGiB}G is larger than maximum allowed limit ${limit}G. The quota is 'per_volume_gigabytes'.`,
  );
}

/** Sent back by clients that read a quota set and change it. */
const notQuotas = new Set(['id', 'tenant_id']);

/**
 * The limits of a request body by key. Refuses a key that is no quota of `known`, and a value that is no integer from
 * -1 (no limit). `what` is the body's key in words: `quota set`.
 */
export function readLimits(
  body: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
  what: 'quota set' | 'quota class set',
): ReadonlyMap<string, number> {
  const wanted = Object.entries(body).filter(([key]) => known.has(key) || what !== 'quota set' || !notQuotas.has(key));
  const bad = wanted.map(([key]) => key).filter((key) => !known.has(key));
  if (bad.length > 0) throw badRequest(`Bad key(s) in ${what}: ${bad.join(', ')}`);
  return new Map(wanted.map(([key, value]) => [key, readLimit(key, value)]));
}

function readLimit(key: string, value: unknown): number {
  const isInteger = typeof value === 'string' ? /^-?\d{1,15}$/.test(value.trim()) : Number.isInteger(value);
  if (!isInteger) throw badRequest(`${key} must be an integer`);
  const limit = Number(value);
  if (limit < -1) throw badRequest(`${key} must be >= -1`);
  if (limit > largestInteger) throw badRequest(`${key} must be <= ${largestInteger}`);
  return limit;
}
