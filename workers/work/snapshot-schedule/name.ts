// The name of a snapshot that a schedule takes.

/** The longest name. */
const longest = 255;

const pad = (value: string | undefined) => (value ?? '').padStart(2, '0');

/** `2026-03-29T02:30`: local time in that zone. */
export function localTime(at: number, timezone: string): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(at);
  const of = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${of.year}-${pad(of.month)}-${pad(of.day)}T${pad(of.hour)}:${pad(of.minute)}`;
}

/**
 * The template with `{schedule}`, `{volume}` (its name, or its id if it has none), `{volume_id}` and `{time}` filled
 * in.
 */
export function nameOf(
  schedule: { readonly name: string; readonly timezone: string; readonly name_template: string },
  volume: { readonly id: string; readonly name: string | null },
  at: number,
): string {
  const places: Readonly<Record<string, string>> = {
    schedule: schedule.name,
    volume: volume.name || volume.id,
    volume_id: volume.id,
    time: localTime(at, schedule.timezone),
  };
  const name = schedule.name_template.replace(/\{(\w+)\}/g, (whole, key: string) => places[key] ?? whole);
  return [...name].slice(0, longest).join('');
}
