// The tables of docs/deploy/scale.md.
import type { Costs } from './measure.ts';
import type { Turns } from './rows.ts';
import { type Sum, sharesOf, use } from './sums.ts';
import type { Played, Scene, Waits } from './tenants.ts';

const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
  [row(head), `|${'---|'.repeat(head.length)}`, ...rows.map(row)].join('\n');

/** Three digits that mean something, with commas. */
export function rounded(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  if (digits > 0) return Number(value.toPrecision(3)).toString();
  return Math.round(Number(value.toPrecision(3))).toLocaleString('en-US');
}

const kilobytes = (bytes: number) => rounded(Math.round(bytes / 102.4) / 10);

export function costTable(costs: Costs, rowBytes: number): string {
  const rows = Object.entries(costs).map(([name, cost]) => [
    ...[name, cost.statements, cost.messages, kilobytes(cost.bytes)],
    use[name as keyof Costs], // its keys
  ]);
  const head = ['operation', 'statements', 'messages', 'KiB to the Data API and back', 'assumed, a month and volume'];
  return `${table(head, rows)}\n\nA volume at rest takes ${kilobytes(rowBytes)} KiB of the database, with its indexes.`;
}

const counts = (sums: readonly Sum[]) => sums.map((sum) => `${sum.volumes.toLocaleString('en-US')} volumes`);

export function dollarTable(sums: readonly Sum[]): string {
  const line = (name: string, of: (sum: Sum) => number) => [name, ...sums.map((sum) => rounded(of(sum)))];
  const total = (sum: Sum) => Object.values(sum.dollars).reduce((all, one) => all + one, 0);
  return table(
    ['a month', ...counts(sums)],
    [
      line('back ends', (sum) => sum.backends),
      line('million requests', (sum) => sum.requests / 1e6),
      line('million statements', (sum) => sum.statements / 1e6),
      line('million requests to SQS', (sum) => sum.sqsRequests / 1e6),
      ...Object.keys(sums[0]?.dollars ?? {}).map(
        (name) => line(`${name}, dollars`, (sum) => sum.dollars[name as keyof Sum['dollars']]), // its keys
      ),
      line('**all, dollars**', total),
      line('dollars a volume', (sum) => total(sum) / sum.volumes),
    ],
  );
}

export function limitTable(sums: readonly Sum[]): string {
  const percent = (share: number) =>
    share < 0.0001 ? '< 0.01 %' : share > 1 ? `**${rounded(share * 100)} %**` : `${rounded(share * 100)} %`;
  const names = Object.keys(sums[0] === undefined ? {} : sharesOf(sums[0]));
  const peaks = [
    ['requests a second', ...sums.map((sum) => rounded(sum.peak.requests))],
    ['statements a second', ...sums.map((sum) => rounded(sum.peak.statements))],
  ];
  const rows = names.map((name) => [name, ...sums.map((sum) => percent(sharesOf(sum)[name] ?? 0))]);
  return table(['in the busiest minute', ...counts(sums)], [...peaks, ...rows]);
}

interface AllPlayed {
  readonly calm: Played;
  readonly ours: Played;
  readonly first: Played;
}

export function tenantTable(scene: Scene, { calm, ours, first }: AllPlayed, turns: Turns): string {
  const line = (name: string, { median, p99, most, count }: Waits) => [name, count, median, p99, most].map(String);
  const n = (value: number) => value.toLocaleString('en-US');
  return `${table(
    ['what the others see', 'pieces of work', 'median wait, ms', '99 of 100', 'longest'],
    [
      line('nobody is noisy', calm.quiet),
      line(`one asks for ${n(scene.flood)} at once; our turns`, ours.quiet),
      line(`the same, first come first served`, first.quiet),
    ],
  )}

${n(scene.tenants)} tenants ask for ${scene.perSecond} pieces of work a second in all, for ${scene.seconds} s;
${scene.workers} workers take ${scene.workMilliseconds} ms for each. Of the flood ${n(ours.noisyDone)} pieces were done meanwhile.

With the rows of the database as the queue: ${n(turns.flood)} pieces of one tenant wait, then ${n(turns.quiet)} tenants
ask for one each. The last of these has its turn after ${n(turns.taken)} pieces, ${n(turns.taken - turns.quiet)} of them the noisy one's.`;
}

/** Puts a table between its marks. Throws when the page has none of that name. */
export function withTable(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: npm run scale-figures -->`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/deploy/scale.md has no place for the table ${name}`);
  return `${page.slice(0, from)}${begin}\n\n${text}\n\n${page.slice(to)}`;
}
