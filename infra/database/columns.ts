/**
 * How a column's text becomes a value, by type OID. Given to each client: pg's own table is global and stays
 * untouched.
 */
export const columnTypes = {
  getTypeParser(oid: number): (text: string) => unknown {
    return parsers.get(oid) ?? asText;
  },
};

/** The same; null where the text is the value. */
export const parserOf = (oid: number): ((text: string) => unknown) | null => parsers.get(oid) ?? null;

const asText = (text: string) => text;

// An int8 beyond 2^53 stays text rather than lose digits; no column of ours gets there.
const asInteger = (text: string) => {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
};

const parsers = new Map<number, (text: string) => unknown>([
  [16, (text) => text === 't'], // bool
  [20, asInteger], // int8
  [21, Number], // int2
  [23, Number], // int4
  [700, Number], // float4
  [701, Number], // float8
]);
