// What a volume requires of a pool.
import type { VolumeJson } from '../work/fragments.ts';

/** The extra specs of its type, and what its encryption requires. */
export const askedOf = ({ extra_specs, is_opened_by_backend }: VolumeJson): Readonly<Record<string, string>> => ({
  ...extra_specs,
  ...(is_opened_by_backend && { encryption_support: '<is> True' }),
});
