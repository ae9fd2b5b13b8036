import * as is from '../http/answer-types.ts';
import type { CapabilityRow } from './store.ts';

const switchOf = (title: string, description: string) => ({ title, description, type: 'boolean' });

/** What types may ask of the back end: only what it has said that it can do. */
function propertiesOf(row: CapabilityRow, has: Readonly<Record<string, unknown>>) {
  return {
    ...(row.is_thin ? { thin_provisioning: switchOf('Thin Provisioning', 'Sets thin provisioning.') } : {}),
    ...(has.QoS_support === true ? { qos: switchOf('QoS', 'Enables QoS.') } : {}),
    ...(has.replication_enabled === true
      ? { replication_enabled: switchOf('Replication', 'Enables replication.') }
      : {}),
  };
}

export const capabilitiesType = is.object({
  namespace: is.text,
  vendor_name: is.orNull(is.text),
  volume_backend_name: is.orNull(is.text),
  pool_name: is.orNull(is.text),
  driver_version: is.orNull(is.text),
  storage_protocol: is.orNull(is.text),
  display_name: is.orNull(is.text),
  description: is.orNull(is.text),
  visibility: is.orNull(is.text),
  replication_targets: is.listOf(is.text),
  properties: is.mapOf(is.object({ title: is.text, description: is.text, type: is.text })),
});

/** The capabilities of a back end, bare. */
export function capabilitiesView(row: CapabilityRow): Record<string, unknown> {
  const has = JSON.parse(row.capabilities) as Record<string, unknown>; // a jsonb object, written by workers
  const protocol = has.storage_protocol;
  return {
    namespace: `OS::Storage::Capabilities::${row.name}`,
    vendor_name: has.vendor_name ?? null,
    volume_backend_name: has.volume_backend_name ?? null,
    pool_name: null,
    driver_version: has.driver_version ?? null,
    // A driver may know its protocol under several names; the first is the one to show.
    storage_protocol: (Array.isArray(protocol) ? protocol[0] : protocol) ?? null,
    display_name: null,
    description: null,
    visibility: 'public',
    replication_targets: has.replication_targets ?? [],
    properties: propertiesOf(row, has),
  };
}
