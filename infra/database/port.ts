// The database as everything above it sees it: a statement goes in, rows of plain values come out.
//
// One SQL text serves every executor (embedded PGlite, any PostgreSQL, the RDS Data API), so the port has
// the limits of the narrowest: named parameters that each carry their type (`:id::uuid`), no arrays as
// parameters (send JSON and unfold it with jsonb_array_elements_text), one statement a call, and only text,
// integer, double and boolean as output columns (cast everything else to text in the statement).

/** A parameter's value. JSON is passed as text, with `::jsonb` in the statement; times as ISO 8601 text. */
export type Value = string | number | boolean | null;
export type Parameters = Readonly<Record<string, Value>>;

/** One SQL text with a name. The name says where it comes from (`volumes.show`) in counts, logs and plans. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /**
   * Planned on every call, with the actual values: for conditions whose best plan depends on them. Planning costs
   * about 0.3 ms; a generic plan read all of 100,000 volumes to find the 100 with a rare value (40 ms instead of
   * 0.5).
   */
  readonly plansEach?: true;
}

export interface Database {
  /** Runs one statement and returns its rows. All of it happens, or none of it. Throws only DatabaseError. */
  all<Row>(statement: Statement, parameters?: Parameters): Promise<Row[]>;
  /** Closes connections and releases what was held. Calling it twice is harmless. */
  close(): Promise<void>;
}

/** A database whose schema can be changed: what migrations need in addition. */
export interface Migratable extends Database {
  /** Runs a text of several statements, without parameters, in one transaction. Throws only DatabaseError. */
  script(text: string): Promise<void>;
}

/** Names a statement, so that counts and logs can show where it comes from. */
export function sql(name: string, text: string): Statement {
  return { name, text };
}

/**
 * What went wrong, by what the caller can do:
 * - `refused`: the statement itself refused, with the SQL function refuse(); `reason` is its argument.
 * - `conflict`: a unique key, a foreign key or a check was violated; `reason` is the constraint's name.
 * - `unavailable`: unreachable, shutting down or past its deadline: the outcome may be unknown.
 * - `broken`: the statement is wrong. A bug of ours.
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
