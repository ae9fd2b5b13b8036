// Availability zones: those that volume services say they are in.

import * as is from '../http/answer-types.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { listZones } from './store.ts';

async function list(call: Call) {
  const zones = await listZones(call.ports.database);
  return {
    availabilityZoneInfo: zones.map((zone) => ({ zoneName: zone.name, zoneState: { available: zone.is_available } })),
  };
}

const zone = is.object({ zoneName: is.text, zoneState: is.object({ available: is.boolean }) });

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
      answers: is.object({ availabilityZoneInfo: is.listOf(zone) }),
      handler: list,
    }),
  ],
};
