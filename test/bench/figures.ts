// What is measured, and how it stands beside Cinder and the target.
import { type DatabaseName, flatFactor, type Goal, goals, largeGoals } from './cinder.ts';

export type Unit = '/s' | 'ms' | 'MiB' | '';

export interface Figure {
  readonly database: DatabaseName;
  /** How many volumes there were; null where it does not matter. */
  readonly volumes: number | null;
  readonly name: string;
  readonly value: number;
  readonly unit: Unit;
  readonly p50?: number;
  readonly p99?: number;
  readonly errors?: number;
  /** The same bytes from a bare server, and the same statement without HTTP: the floors. */
  readonly bareServer?: number;
  readonly statementAlone?: number;
  /** Further facts for the JSON file. */
  readonly detail?: unknown;
}

export interface Judged extends Figure {
  readonly cinder: number | null;
  readonly conditions: string | null;
  /** How many times better than Cinder. */
  readonly factor: number | null;
  readonly target: number | null;
  readonly isMet: boolean | null;
}

const isRate = (figure: Figure) => figure.unit === '/s';

/** Cinder's small figures are of 1,000 volumes: at other sizes only what was measured there is compared. */
function goalOf(figure: Figure): Goal | undefined {
  const large = largeGoals[figure.name];
  if (large !== undefined) return figure.volumes !== null && figure.volumes >= 100_000 ? large : undefined;
  return figure.volumes === null || figure.volumes <= 1000 ? goals[figure.name] : undefined;
}

function judge(figure: Figure): Judged {
  const goal = goalOf(figure);
  const target = goal?.wanted?.[figure.database] ?? null;
  const cinder = goal?.cinder ?? null;
  const isMet = target === null ? null : isRate(figure) ? figure.value >= target : figure.value <= target;
  const factor = cinder === null ? null : isRate(figure) ? figure.value / cinder : cinder / figure.value;
  return { ...figure, cinder, conditions: goal?.conditions ?? null, factor, target, isMet };
}

/** Every figure with its verdict, and one more for each read: how much slower the largest size made it. */
export function judgeAll(figures: readonly Figure[]): Judged[] {
  return [...figures.map(judge), ...figures.flatMap((one) => flatness(one, figures))];
}

function flatness(large: Figure, all: readonly Figure[]): Judged[] {
  const sizes = all.flatMap((one) => (one.volumes === null ? [] : [one.volumes]));
  const most = Math.max(...sizes);
  const least = Math.min(...sizes);
  if (large.volumes !== most || most === least || !isRate(large)) return [];
  const small = all.find((one) => one.volumes === least && one.name === large.name && one.database === large.database);
  if (small === undefined) return [];
  const value = small.value / large.value;
  return [
    {
      database: large.database,
      volumes: null,
      name: `${large.name.replace(/, rate$/, '')}: slower at ${most} than at ${least}`,
      value,
      unit: '',
      cinder: null,
      conditions: null,
      factor: null,
      target: flatFactor,
      isMet: value <= flatFactor,
    },
  ];
}
