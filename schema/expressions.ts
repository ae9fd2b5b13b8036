// SQL expressions that many statements use.

/** A time as statements return it: text in UTC, rendered by time() of functions/http/view.ts. */
export const utc = (column: string) => `(${column} AT TIME ZONE 'UTC')::text` as const;

/** Whether a row is within the scope of a request (`:scope`; null for all projects), over an alias. */
export const inScopeOf = <const Alias extends string>(alias: Alias) =>
  `(:scope::text IS NULL OR ${alias}.project_id = :scope::text)` as const;
/** The same over the alias `r`. */
export const inScope = inScopeOf('r');

/** Sets the name and the description of a row where the request gives them (`:sets_name`, `:sets_description`). */
export const givenNames = <const Alias extends string>(alias: Alias) =>
  `name = CASE WHEN :sets_name::boolean THEN :name::text ELSE ${alias}.name END,
    description = CASE WHEN :sets_description::boolean THEN :description::text ELSE ${alias}.description END` as const;
