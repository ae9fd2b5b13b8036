import { unmetSpec } from '../../../schema/extra-specs.ts';
import { capabilitiesOf } from '../capabilities.ts';
import type { Filter } from '../pool.ts';

/** Passes pools that have what the type's extra specs ask for: those without a scope, and `capabilities:` ones. */
export const capabilities: Filter = (pool, { extraSpecs }) => {
  if (pool.isReported) return unmetSpec(capabilitiesOf(pool), extraSpecs);
  // Of a back end that has never reported, only the name is known.
  const asked = Object.entries(extraSpecs).filter(([key]) => key.split(':').at(-1) === 'volume_backend_name');
  return unmetSpec(pool.capabilities, Object.fromEntries(asked));
};
