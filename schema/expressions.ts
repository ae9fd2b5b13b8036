// SQL expressions that many statements use.

/** A time as statements return it: text in UTC, rendered by time() of functions/http/view.ts. */
export const utc = (column: string) => `(${column} AT TIME ZONE 'UTC')::text` as const;

/** Whether a row is within the scope of a request (`:scope`; null for all projects), over an alias. */
export const inScopeOf = <const Alias extends string>(alias: Alias) =>
  `(:scope::text IS NULL OR ${alias}.project_id = :scope::text)` as const;
/** The same over the alias `r`. */
export const inScope = inScopeOf('r');
