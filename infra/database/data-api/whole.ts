// Results that are larger than the Data API gives at once, or have a row that is: read again, as text, in pieces.
import type { DataApiAnswer, DataApiField } from './transport.ts';

/** Characters of a piece. One takes 4 bytes at most, and a row of a result may have 64 KB. */
const pieceLength = 15_000;

/**
 * How many pieces to ask for at once, the next when the service says that it is too much: 1 MiB is 16 of the largest.
 */
export const pieceCounts = [250, 60, 15, 4] as const;

/** Reads one moment, however many statements it takes, and cannot write. */
export const readOnly = 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY';

/** Of rows that were written, and cannot be asked for again: 15 of the largest are less than 1 MiB. */
export const keptCount = 15;

/** The rows of a statement in order, each as JSON. */
export const documentsOf = (text: string) =>
  `SELECT row_number() OVER () AS n, to_json(q)::text AS doc FROM (${text}) AS q`;

/** So many pieces of documents from one on: in order, cut up. */
export function piecesOf(documents: string, count: number, from: number): string {
  return `SELECT r.n::int AS n, substr(r.doc, k.k * ${pieceLength} + 1, ${pieceLength}) AS piece
    FROM (${documents}) AS r, LATERAL generate_series(0, (length(r.doc) - 1) / ${pieceLength}) AS k(k)
    ORDER BY r.n, k.k LIMIT ${count} OFFSET ${from}`;
}

/** Puts rows together again from pieces that come in order. */
export class Pieces {
  readonly #documents: string[] = [];

  /** Takes an answer and says how many pieces it had. */
  add({ records = [] }: DataApiAnswer): number {
    for (const [n, piece] of records) {
      const at = Number(n?.longValue) - 1;
      this.#documents[at] = (this.#documents[at] ?? '') + textOf(piece);
    }
    return records.length;
  }

  rows<Row>(): Row[] {
    return this.#documents.map((document) => JSON.parse(document, wholeNumbers));
  }
}

const textOf = (field: DataApiField | undefined) => String(field?.stringValue ?? '');

/** An integer beyond 2^53 stays text rather than lose digits. */
export function wholeNumbers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  return /^-?\d+$/.test(context?.source ?? '') ? context?.source : value;
}
