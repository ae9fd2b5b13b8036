// Volume types: what an operator offers, and what a project can see of it.

/** A volume type as the database has it; jsonb as text. */
export interface VolumeTypeRow {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly is_public: boolean;
  /** A JSON object of strings. */
  readonly extra_specs: string;
  readonly qos_specs_id: string | null;
}

export type ExtraSpecs = Readonly<Record<string, string | null>>;

/** The extra specs that everybody can see; the others reveal how the storage is built. */
export const visibleExtraSpecs: readonly string[] = ['RESKEY:availability_zones', 'multiattach', 'replication_enabled'];

/** The policy rule for seeing every extra spec. */
export const seesAllSpecs = 'volume_extension:types_extra_specs:read_sensitive';

/** The visible extra specs of a type (a JSON object in text). */
export function shownSpecs(extraSpecs: string, seesAll: boolean): Record<string, string> {
  const all = JSON.parse(extraSpecs) as Record<string, string>; // a jsonb object of strings by the body schemas
  return seesAll ? all : Object.fromEntries(Object.entries(all).filter(([key]) => visibleExtraSpecs.includes(key)));
}

/**
 * Whether several hosts may attach volumes of a type at the same time, as SQL over its extra specs: `multiattach` is
 * `<is> True`, in any case.
 */
export const isMultiattach = (specs: string) => `(COALESCE(${specs} ->> 'multiattach', '') ILIKE '<is> true')`;

/** Whether a type would be both: two hosts that each cache a volume do not see each other's writes. */
export function isCachedAndShared(specs: ExtraSpecs): boolean {
  return specs.cacheable === '<is> True' && /^<is> true$/i.test(specs.multiattach ?? '');
}

export const cachedAndShared = 'cacheable cannot be set with multiattach.';
