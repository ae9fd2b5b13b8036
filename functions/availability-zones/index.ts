// Availability zones: those that volume services say they are in.
import { type Call, operation, type Resource } from '../http/operation.ts';
import { listZones } from './store.ts';

async function list(call: Call) {
  const zones = await listZones(call.ports.database);
  return {
    availabilityZoneInfo: zones.map((zone) => ({ zoneName: zone.name, zoneState: { available: zone.is_available } })),
  };
}

export const availabilityZones: Resource = {
  name: 'availability-zones',
  rules: {},
  operations: [
    operation({
      name: 'availability-zone-list',
      summary: 'List availability zones',
      method: 'GET',
      path: '/os-availability-zone',
      policy: [],
      success: 200,
      handler: list,
    }),
  ],
};
