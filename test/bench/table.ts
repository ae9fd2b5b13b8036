// The figures as a table for people.
import type { Judged } from './figures.ts';

const heads = ['figure', 'volumes', 'measured', 'p50 ms', 'p99 ms', 'bare', 'alone', 'floor', 'share', 'target', ''];

export function tableOf(figures: readonly Judged[]): string {
  const parts: string[] = [];
  for (const database of new Set(figures.map((one) => one.database))) {
    const rows = figures.filter((one) => one.database === database).map(rowOf);
    parts.push(`\n${database}\n${align([heads, ...rows])}`);
  }
  const judged = figures.filter((one) => one.isMet !== null);
  const missed = judged.filter((one) => one.isMet === false);
  parts.push(`\n${judged.length - missed.length} of ${judged.length} targets met.`);
  for (const one of missed) {
    const reached = one.share === null ? text(one.value, one.unit) : percent(one.share);
    parts.push(`  missed: ${one.database}, ${one.name}: ${reached}, target ${wanted(one)}`);
  }
  parts.push(
    'bare: the same bytes from Hono alone. alone: the same statement without HTTP. floor: both of them one after the other.',
  );
  return `${parts.join('\n')}\n`;
}

function rowOf(one: Judged): string[] {
  return [
    one.name,
    one.volumes === null ? '' : String(one.volumes),
    text(one.value, one.unit) + (one.errors ? ` (${one.errors} errors)` : ''),
    text(one.p50 ?? null, ''),
    text(one.p99 ?? null, ''),
    text(one.bareServer ?? null, one.unit),
    text(one.statementAlone ?? null, one.unit),
    text(one.floor, one.unit),
    percent(one.share),
    one.target === null ? '' : wanted(one),
    one.isMet === null ? '' : one.isMet ? 'met' : 'MISSED',
  ];
}

const percent = (share: number | null) => (share === null ? '' : `${(share * 100).toFixed(0)} %`);
const wanted = (one: Judged) => (one.share === null ? `<= ${text(one.target, one.unit)}` : `>= ${percent(one.target)}`);

const text = (value: number | null, unit: string) =>
  value === null ? '' : `${number(value)}${unit === '/s' || unit === '' ? unit : ` ${unit}`}`;

/** Three digits that mean something. */
const number = (value: number) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

function align(rows: readonly (readonly string[])[]): string {
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
    )
    .map((cells) => `  ${cells.join('  ')}`.trimEnd())
    .join('\n');
}
