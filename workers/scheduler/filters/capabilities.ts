import { unmetSpec } from '../../../schema/extra-specs.ts';
import { capabilitiesOf } from '../capabilities.ts';
import type { Filter } from '../pool.ts';

/**
 * Passes pools with the capabilities that the type's extra specs ask for: specs without a scope, or with
 * `capabilities:`.
 */
export const capabilities: Filter = (pool, { extraSpecs }) => {
  if (pool.isReported) return unmetSpec(capabilitiesOf(pool), extraSpecs);
  // A back end that has never reported is known only by its name.
  const asked = Object.entries(extraSpecs).filter(([key]) => key.split(':').at(-1) === 'volume_backend_name');
  return unmetSpec(pool.capabilities, Object.fromEntries(asked));
};
