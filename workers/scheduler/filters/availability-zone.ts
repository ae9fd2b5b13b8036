import type { Filter } from '../pool.ts';

/** Passes pools in the zone of the request, or in one of the zones that the volume type allows. */
export const availabilityZone: Filter = (pool, request) => {
  const allowed = request.extraSpecs['RESKEY:availability_zones']?.split(',').map((zone) => zone.trim());
  if (allowed !== undefined && !allowed.includes(pool.availabilityZone)) {
    return `its zone ${pool.availabilityZone} is not one of the type's: ${allowed.join(', ')}`;
  }
  return request.availabilityZone === null || request.availabilityZone === pool.availabilityZone
    ? null
    : `its zone is ${pool.availabilityZone}, not ${request.availabilityZone}`;
};
