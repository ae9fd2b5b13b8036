// The report of an import for people: how many of each, and every refusal with its reason.
import type { Plan, Refused } from './plan.ts';

const mostLines = 200;

const table = (rows: readonly (readonly string[])[]) => {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

export function refusedLines(refused: readonly Refused[]): string {
  if (refused.length === 0) return '';
  const rows = refused.slice(0, mostLines).map((one) => [one.what, one.id, one.name ?? '', one.why]);
  const more = refused.length > mostLines ? `\n… and ${refused.length - mostLines} more: --json has all` : '';
  return `\nRefused:\n${table(rows)}${more}\n`;
}

export function planPage(plan: Plan, isThere: (what: 'type' | 'qos', name: string) => boolean): string {
  const gibibytes = plan.volumes.reduce((sum, one) => sum + one.sizeGiB, 0);
  const newTypes = plan.types.filter((one) => !isThere('type', one.name));
  const newSpecs = plan.qosSpecs.filter((one) => !isThere('qos', one.name));
  const attached = plan.types.filter((one) => one.encryption !== null).length;
  const rows = [
    ['QoS specs', `${newSpecs.length} new, ${plan.qosSpecs.length - newSpecs.length} there by name`],
    ['volume types', `${newTypes.length} new, ${plan.types.length - newTypes.length} there by name`],
    ['extra specs', String(newTypes.reduce((sum, one) => sum + Object.keys(one.extraSpecs).length, 0))],
    ['encryptions of types', String(attached)],
    ['limits', `${plan.limits.length} of ${new Set(plan.limits.map((one) => one.owner)).size} projects and classes`],
    [
      'volumes',
      `${plan.volumes.length} (${gibibytes} GiB) of ${new Set(plan.volumes.map((one) => one.project)).size} projects`,
    ],
    ['snapshots', String(plan.snapshots.length)],
    [
      'metadata',
      String([...plan.volumes, ...plan.snapshots].reduce((sum, one) => sum + Object.keys(one.metadata).length, 0)),
    ],
    ...plan.left.map(({ what, count, why }) => [what, `${count} stay: ${why}`]),
  ];
  const hosts = Object.entries(Object.groupBy(plan.volumes, (one) => one.host)).map(([host, all]) => [
    host,
    `${all?.length ?? 0} volumes`,
  ]);
  return `${table(rows)}\n${hosts.length > 0 ? `\nTo:\n${table(hosts)}\n` : ''}${refusedLines(plan.refused)}`;
}
