// Values on their way to the Data API and back.
import { DatabaseError, type Parameters, type Statement, type Value } from '../port.ts';
import type { DataApiAnswer, DataApiField } from './transport.ts';

/** The parameters that a statement has. One without a value is a defect of ours, never a silent null. */
export function fieldsOf(statement: Statement, names: readonly string[], parameters: Parameters) {
  return names.map((name) => {
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (value === undefined)
      throw new DatabaseError('broken', `parameter :${name} has no value`, '07002', statement.name);
    return { name, value: fieldOf(value) };
  });
}

function fieldOf(value: Value): DataApiField {
  if (value === null) return { isNull: true };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { booleanValue: value };
  if (Number.isSafeInteger(value)) return { longValue: value };
  // JSON has no word for what is not finite; PostgreSQL reads the text.
  return Number.isFinite(value) ? { doubleValue: value } : { stringValue: String(value) };
}

/** Rows by the names of their columns. */
export function rowsOf({ records, columnMetadata }: DataApiAnswer, statement: string): Record<string, Value>[] {
  if (records === undefined || records.length === 0) return [];
  const labels = (columnMetadata ?? []).map(({ label }) => label ?? '');
  return records.map((record) =>
    Object.fromEntries(record.map((field, at) => [labels[at] ?? String(at), plainOf(field, statement)])),
  );
}

/** Whether an integer beyond 2^53 has been rounded on its way here, as AWS's client does. */
export const hasLostDigits = ({ records = [] }: DataApiAnswer) =>
  records.some((row) => row.some(({ longValue: n }) => typeof n === 'number' && !Number.isSafeInteger(n)));

function plainOf(field: DataApiField, statement: string): Value {
  if (field.isNull === true) return null;
  const value = field.stringValue ?? field.longValue ?? field.booleanValue ?? field.doubleValue;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new DatabaseError('broken', 'a column is neither text nor number nor boolean', '0A000', statement);
}
