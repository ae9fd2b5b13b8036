// Times in a query, in ISO 8601.

/** A date, optionally with a time of day and its zone: `2026-11-30`, `2026-11-30T12:00:00.123456+01:00`. */
const pattern =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?$/i;

/**
 * A time in UTC with microseconds, `2026-11-30T12:00:00.123456Z`. Null when it is not a time, or is outside the years
 * 1 to 9999: the database could store more, but none of its rows has one. Without a zone it is UTC, as everywhere in
 * this API.
 */
export function timeIn(text: string): string | null {
  const [, year, month, day, hour = '00', minute = '00', second = '00', part = '', zone = 'Z'] =
    pattern.exec(text.trim()) ?? [];
  if (year === undefined) return null;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offsetOf(zone)}`);
  const time = new Date(at);
  if (Number.isNaN(at) || time.getUTCFullYear() < 1 || time.getUTCFullYear() > 9999) return null;
  // 30 February would become 2 March.
  if (Number(day) > new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate()) return null;
  return `${time.toISOString().slice(0, 19)}.${part.slice(0, 6).padEnd(6, '0')}Z`;
}

function offsetOf(zone: string): string {
  if (zone.toUpperCase() === 'Z') return 'Z';
  return `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
}
