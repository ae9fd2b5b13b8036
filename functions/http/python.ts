/** A value as Python prints it, because faults have always shown values that way. At most 200 characters. */
export function inPython(value: unknown): string {
  return shortened(print(value));
}

/** The first 200 characters of a text: a fault need not repeat all of what it refuses. */
export function shortened(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}

function print(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return value.includes("'") && !value.includes('"') ? `"${value}"` : `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`;
  if (typeof value !== 'object') return String(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `'${key}': ${print(inner)}`)
    .join(', ')}}`;
}
