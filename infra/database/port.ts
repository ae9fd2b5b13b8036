// The database as everything above it sees it: one statement in, rows of plain values out.
//
// One SQL text serves every executor (embedded PGlite, any PostgreSQL, the RDS Data API), so the port has
// the limits of the narrowest: named parameters that each carry their type (`:id::uuid`), no arrays as
// parameters (send JSON and unfold it with jsonb_array_elements_text), one statement a call, and only text,
// integer, double and boolean as output columns (cast everything else to text in the statement).

/** A parameter's value. JSON goes in as its text, with `::jsonb` in the statement; times as ISO 8601 text. */
export type Value = string | number | boolean | null;
export type Parameters = Readonly<Record<string, Value>>;

/** One SQL text under a name. The name says who sent it (`volumes.show`) in counts, logs and plans. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /**
   * Planned each time, with the values of that time: for conditions whose best plan depends on them. Costs some
   * 0.3 ms; a plan made for any value walked all of 100,000 volumes to find the 100 of a rare one (40 ms for 0.5).
   */
  readonly plansEach?: true;
}

export interface Database {
  /**
   * Runs one statement, atomically, and returns its rows. All of it happens or none of it.
   * Throws DatabaseError and nothing else.
   */
  all<Row>(statement: Statement, parameters?: Parameters): Promise<Row[]>;
  /** Ends connections and frees what was held. Calling it twice is harmless. */
  close(): Promise<void>;
}

/** A database whose schema can be made: what migrations need beyond statements. */
export interface Migratable extends Database {
  /**
   * Runs a text of several statements, without parameters, in one transaction. Throws DatabaseError and nothing else.
   */
  script(text: string): Promise<void>;
}

/** Names a statement, so that counts and logs can say who sent it. */
export function sql(name: string, text: string): Statement {
  return { name, text };
}

/**
 * What went wrong, in the words a caller acts on:
 * - `refused`: the statement itself said no through the SQL function refuse(); `reason` is what it said.
 * - `conflict`: a unique key, a foreign key or a check was violated; `reason` is the constraint's name.
 * - `unavailable`: not reachable, shutting down, over its deadline: the outcome may be unknown.
 * - `broken`: the statement is wrong. A defect of ours.
 */
export type DatabaseFailure = 'refused' | 'conflict' | 'unavailable' | 'broken';

export class DatabaseError extends Error {
  readonly failure: DatabaseFailure;
  readonly reason: string;
  readonly sqlState: string;

  constructor(failure: DatabaseFailure, reason: string, sqlState: string, statement: string, options?: ErrorOptions) {
    super(`${statement}: ${failure} (${sqlState}): ${reason}`, options);
    this.name = 'DatabaseError';
    this.failure = failure;
    this.reason = reason;
    this.sqlState = sqlState;
  }
}

/** The SQLSTATE that the SQL function refuse() raises. */
export const refusedState = 'SC001';
