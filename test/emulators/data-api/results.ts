// Rows as the Data API answers them: each value under its type, and no more of them than its limits let through.
import type { FieldDef, QueryArrayResult } from 'pg';
import { ApiError, badRequest } from './errors.ts';

export interface Limits {
  /** Of one row. */
  readonly rowBytes: number;
  /** Of all rows of a result. */
  readonly resultBytes: number;
}

export type Row = readonly (string | null)[];
export type Field = Readonly<Record<string, unknown>>;

type Reader = (text: string) => Field;
const text: Reader = (value) => ({ stringValue: value });
const long: Reader = (value) => ({ longValue: new Raw(value) });
const boolean: Reader = (value) => ({ booleanValue: value === 't' });
const double: Reader = (value) => {
  // JSON has no word for them.
  if (!Number.isFinite(Number(value))) throw unsupported(value);
  return { doubleValue: Number(value) };
};

/** Of the language since 2025, and not yet of the compiler's library. */
type RawJson = typeof JSON & { rawJSON(text: string): object };

/** A number whose digits are kept when it is written. */
class Raw {
  readonly #text: string;
  constructor(digits: string) {
    this.#text = digits;
  }
  toJSON = () => (JSON as RawJson).rawJSON(this.#text);
}

const types: Readonly<Record<number, readonly [name: string, reader: Reader]>> = {
  16: ['bool', boolean],
  17: ['bytea', (value) => ({ blobValue: Buffer.from(value.slice(2), 'hex').toString('base64') })],
  18: ['char', text],
  19: ['name', text],
  20: ['int8', long],
  21: ['int2', long],
  23: ['int4', long],
  25: ['text', text],
  114: ['json', text],
  700: ['float4', double],
  701: ['float8', double],
  1042: ['bpchar', text],
  1043: ['varchar', text],
  1082: ['date', text],
  1083: ['time', text],
  1114: ['timestamp', text],
  1184: ['timestamptz', text],
  1700: ['numeric', text],
  2278: ['void', text],
  2950: ['uuid', text],
  3802: ['jsonb', text],
};

const unsupported = (what: string) =>
  new ApiError('UnsupportedResultException', 400, `The result contains the unsupported data type or value ${what}`);

const tooLarge = 'Database returned more than the allowed response size limit';

export interface Answer {
  readonly records?: readonly (readonly Field[])[];
  readonly formattedRecords?: string;
  readonly columnMetadata?: readonly object[];
  readonly numberOfRecordsUpdated: number;
  readonly generatedFields: readonly Field[];
}

interface Asked {
  readonly includeResultMetadata?: boolean;
  readonly formatRecordsAs?: string;
}

/** The answer to a statement. Throws what the service throws when there is too much of it. */
export function answerOf(result: QueryArrayResult<(string | null)[]>, asked: Asked, limits: Limits): Answer {
  const isRows = result.fields.length > 0;
  checkRows(result.rows, limits);
  const records = result.rows.map((row) => row.map((value, at) => fieldOf(value, result.fields[at])));
  const json = asked.formatRecordsAs === 'JSON' && result.command === 'SELECT';
  const metadata = asked.includeResultMetadata === true && !json;
  const answer: Answer = {
    numberOfRecordsUpdated: isRows ? 0 : (result.rowCount ?? 0),
    generatedFields: [],
    ...(metadata ? { columnMetadata: result.fields.map(metadataOf) } : {}),
    ...(isRows && !json ? { records } : {}),
    ...(isRows && json ? { formattedRecords: formatted(records, result.fields) } : {}),
  };
  // What goes over the wire is counted: whether the service means that or the rows alone is not said.
  if (Buffer.byteLength(JSON.stringify(answer)) > limits.resultBytes) throw badRequest(tooLarge);
  return answer;
}

function checkRows(rows: readonly Row[], { rowBytes }: Limits): void {
  for (const row of rows) {
    const bytes = row.reduce((all, value) => all + (value === null ? 0 : Buffer.byteLength(value)), 0);
    if (bytes > rowBytes) throw badRequest(`Database row size limit exceeded: ${bytes} of ${rowBytes} bytes`);
  }
}

function fieldOf(value: string | null, of: FieldDef | undefined): Field {
  if (value === null) return { isNull: true };
  const oid = of?.dataTypeID ?? 0;
  const reader = types[oid]?.[1];
  if (reader === undefined) throw unsupported(`oid ${oid}`);
  return reader(value);
}

const metadataOf = ({ name, dataTypeID }: FieldDef) => ({
  arrayBaseColumnType: 0,
  isAutoIncrement: false,
  isCaseSensitive: true,
  isCurrency: false,
  isSigned: true,
  label: name,
  name,
  nullable: 1,
  precision: 0,
  scale: 0,
  schemaName: '',
  tableName: '',
  type: 0,
  typeName: types[dataTypeID]?.[0] ?? '',
});

function formatted(records: readonly (readonly Field[])[], fields: readonly FieldDef[]): string {
  const plain = (field: Field | undefined) => (field?.isNull === true ? null : Object.values(field ?? {})[0]);
  return JSON.stringify(records.map((row) => Object.fromEntries(fields.map(({ name }, at) => [name, plain(row[at])]))));
}
