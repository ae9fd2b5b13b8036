// The table of docs/performance.md that `npm run bench:scale -- --write` makes: what grows with a project, and how much.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';

const page = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));
/** Less than this many times the time of the smallest size is as long: one run's noise. Nor is a few milliseconds much. */
const grown = { times: 4, milliseconds: 25 };

export interface Scale {
  readonly database: string;
  readonly sizes: readonly number[];
  /** For each size: milliseconds by what was asked. */
  readonly took: readonly ReadonlyMap<string, number>[];
}

/** What is written: how many questions there were, and a row for each that takes longer the more there is. */
export function scalePage({ database, sizes, took }: Scale, where: string): string {
  const rows = [...(took[0]?.keys() ?? [])].map((name) => ({ name, times: took.map((one) => one.get(name) ?? 0) }));
  const ratio = (times: readonly number[]) => (times.at(-1) ?? 0) / Math.max(times[0] ?? 0, 0.1);
  const larger = rows
    .filter(({ times }) => ratio(times) > grown.times && (times.at(-1) ?? 0) > grown.milliseconds)
    .sort((a, b) => (b.times.at(-1) ?? 0) - (a.times.at(-1) ?? 0));
  const many = (size: number) => size.toLocaleString('en');
  const cells = (values: readonly string[]) => `| ${values.join(' | ')} |`;
  return [
    `${database}, ${where}: of ${rows.length} questions ${rows.length - larger.length} take as long at ${many(sizes.at(-1) ?? 0)} volumes of one project`,
    `as at ${many(sizes[0] ?? 0)} (less than ${grown.times} times as long, or under ${grown.milliseconds} ms). The others, in milliseconds, one at a time:`,
    '',
    cells(['request', ...sizes.map(many), 'times']),
    cells(['---', ...sizes.map(() => '---'), '---']),
    ...larger.map(({ name, times }) =>
      cells([name, ...times.map((one) => one.toFixed(one < 10 ? 1 : 0)), ratio(times).toFixed(0)]),
    ),
  ].join('\n');
}

/** Puts the table where the page has the last one. */
export const writeScalePage = (scale: Scale) => writePart('bench:scale', scalePage(scale, circumstances()));

/** When and on what a table was measured. */
export function circumstances(): string {
  const revision = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const [, minutes = 0] = loadavg();
  const machine = `${availableParallelism()} processors with a load of ${minutes.toFixed(0)}`;
  return `${new Date().toISOString().slice(0, 10)}, ${revision}, ${machine}`;
}

/** Replaces what docs/performance.md has between `<!-- name -->` and `<!-- /name -->`. */
export function writePart(name: string, made: string): void {
  const text = readFileSync(page, 'utf8');
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to === -1) throw new Error(`docs/performance.md has no ${begin} … ${end}`);
  writeFileSync(page, `${text.slice(0, from + begin.length)}\n${made}\n${text.slice(to)}`);
}
