// What the scheduler gets besides the volume: the hints of the request, and the pools that have refused it.
import type { Refusal } from '../scheduler/pool.ts';
import { argumentsAs } from './fragments.ts';
import type { Need } from './work.ts';

/** The hints of the request. */
export interface HintJson {
  /** The host of each volume that was named; null when the project has no such volume, or it is not placed. */
  readonly sameHosts: readonly (string | null)[];
  readonly differentHosts: readonly (string | null)[];
  /** The server that it should be near. */
  readonly instance: string | null;
}

const given = `c.arguments -> 'hints' -> k.hint`;
const hosts = `(SELECT json_object_agg(k.hint, (SELECT json_agg((
      SELECT v.host FROM volumes v WHERE v.id = i.id::uuid AND v.project_id = c.project_id))
    FROM jsonb_array_elements_text(
      CASE jsonb_typeof(${given}) WHEN 'array' THEN ${given} ELSE jsonb_build_array(${given}) END) AS i (id)))
  FROM (VALUES ('same_host'), ('different_host')) AS k (hint) WHERE jsonb_exists(c.arguments -> 'hints', k.hint))`;

type Hosts = Readonly<Partial<Record<'same_host' | 'different_host', readonly (string | null)[] | null>>>;

export const hints: Need<HintJson> = {
  sql: hosts,
  read(value, { arguments: { hints: all } }) {
    const found = (value ?? {}) as Hosts; // `hosts` builds it
    const { local_to_instance: instance } = (all ?? {}) as Readonly<Record<string, unknown>>; // the request checked it
    return {
      sameHosts: found.same_host ?? [],
      differentHosts: found.different_host ?? [],
      instance: typeof instance === 'string' ? instance : null,
    };
  },
};

/** A refusal as the operation stores it. */
export type RefusalJson = Refusal & { readonly detail: 'noSpace' | 'driverFailedCreate' };

/** The pools that have refused the volume, in order: see store/place-again.ts. */
export const refusals = argumentsAs(({ refusals: kept }) => (Array.isArray(kept) ? (kept as RefusalJson[]) : []));
