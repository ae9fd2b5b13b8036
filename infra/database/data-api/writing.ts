// Statements that write and answer. The Data API gives 64 KB a row and 1 MiB a result, and says that it was too much when the
// work is done: the rows of a claim would be lost with it. So a statement looks at its own rows and fails, as a whole,
// when they are too large; nothing has been done then, and it is done again with its rows kept where they can be read in
// pieces.
import { asCte, mainOf } from '../../../schema/statement.ts';

export interface Writing {
  /** The same statement, which fails when its rows are larger than the service gives. */
  readonly guarded: string;
  /** The same statement, which adds its rows to the table `kept_rows` of its transaction, as JSON. */
  readonly keeping: string;
}

/** A row as PostgreSQL writes it, in bytes: quotes are doubled, so it is never less than what its values take. */
const mostOfRow = 60_000;
/** All rows: on the wire each value has its type beside it, and its quotes are escaped. */
const mostOfAll = 400_000;

const refusal = 'the rows are too large for the Data API';

/** Null for a statement that writes nothing, or that answers no rows. */
export function writingOf(text: string): Writing | null {
  const { writes, hasRows } = mainOf(text);
  if (!writes || !hasRows) return null;
  const answering = asCte(text, 'answering');
  return {
    guarded: `${answering}
SELECT answered.* FROM answering answered WHERE (SELECT CASE
  WHEN max(octet_length(answered::text)) > ${mostOfRow} OR sum(octet_length(answered::text)) > ${mostOfAll}
  THEN ('${refusal}, ' || max(octet_length(answered::text)) || ' bytes a row')::boolean
  ELSE true END FROM answering answered)`,
    keeping: `${answering}
INSERT INTO kept_rows (n, doc) SELECT row_number() OVER (), to_json(answered)::text FROM answering answered`,
  };
}

/** Whether a guarded statement has found its rows too large, and so has done nothing. */
export const isGuarded = (error: unknown) => error instanceof Error && error.message.includes(refusal);

/** It is gone with its transaction. */
export const keptRows = 'CREATE TEMPORARY TABLE kept_rows (n bigint, doc text) ON COMMIT DROP';
