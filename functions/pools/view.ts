import * as is from '../http/answer-types.ts';
import { time } from '../http/view.ts';
import type { PoolRow } from './store.ts';

const size = (gib: number | null) => (gib === null ? 'unknown' : Number.isFinite(gib) ? gib : 'infinite');

const sizeType = is.either(is.real, is.word('unknown', 'infinite'));

/** What every pool says; what else it says is its driver's affair. */
export const capabilitiesType = is.open({
  pool_name: is.orNull(is.text),
  total_capacity_gb: sizeType,
  free_capacity_gb: sizeType,
  allocated_capacity_gb: is.real,
  provisioned_capacity_gb: is.real,
  reserved_percentage: is.count,
  max_over_subscription_ratio: is.text,
  thin_provisioning_support: is.boolean,
  thick_provisioning_support: is.boolean,
  timestamp: is.moment,
  volume_backend_name: is.optional(is.text),
  vendor_name: is.optional(is.text),
  driver_version: is.optional(is.text),
  storage_protocol: is.optional(is.text),
});

/** What a pool has and can do, by the names that drivers and extra specs use. */
export function capabilitiesOf(row: PoolRow): Record<string, unknown> {
  const reported = JSON.parse(row.capabilities) as Record<string, unknown>; // a jsonb object, written by workers
  const protocol = reported.storage_protocol;
  const ratio = row.max_over_subscription_ratio;
  return {
    thick_provisioning_support: !row.is_thin,
    ...reported,
    // A driver may know its protocol under several names; the first is the one to show.
    ...(Array.isArray(protocol) ? { storage_protocol: protocol[0] } : {}),
    pool_name: row.name.split('#')[1] ?? null,
    total_capacity_gb: size(row.total_gib),
    free_capacity_gb: size(row.free_gib),
    allocated_capacity_gb: row.allocated_gib,
    provisioned_capacity_gb: row.provisioned_gib,
    reserved_percentage: row.reserved_percentage,
    // A text, because drivers may say "auto".
    max_over_subscription_ratio: Number.isInteger(ratio) ? ratio.toFixed(1) : String(ratio),
    thin_provisioning_support: row.is_thin,
    timestamp: time(row.updated_at),
  };
}
