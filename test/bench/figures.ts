// What is measured, and how it stands beside its floors and the target.
export type DatabaseName = 'PGlite' | 'PostgreSQL';

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
  /** What the two floors added up allow, and the part of it that was reached: 0 to 1. */
  readonly floor: number | null;
  readonly share: number | null;
  /** What we want of the value, or of the share. */
  readonly target: number | null;
  readonly isMet: boolean | null;
}

/** Of what the floors allow, a read has to reach this much. */
const wantedShare = 0.8;
/** From the smallest size to the largest, no read may become slower by more than this. */
const flatFactor = 2;

/** The most that we want of what no floor is measured for. */
const most: Readonly<Record<string, Readonly<Record<DatabaseName, number>>>> = {
  'statements of a create': { PGlite: 6, PostgreSQL: 6 },
  'statements of a show': { PGlite: 1, PostgreSQL: 1 },
  'idle memory': { PGlite: 450, PostgreSQL: 150 },
  'first start': { PGlite: 5000, PostgreSQL: 5000 },
  'second start': { PGlite: 5000, PostgreSQL: 5000 },
  'create until available, time': { PGlite: 15, PostgreSQL: 15 },
};

const isRate = (figure: Figure) => figure.unit === '/s';

function judge(figure: Figure): Judged {
  const { bareServer, statementAlone } = figure;
  const floor =
    bareServer === undefined || statementAlone === undefined ? null : 1 / (1 / bareServer + 1 / statementAlone);
  const share = floor === null ? null : figure.value / floor;
  if (share !== null) return { ...figure, floor, share, target: wantedShare, isMet: share >= wantedShare };
  const target = (figure.volumes ?? 0) <= 1000 ? (most[figure.name]?.[figure.database] ?? null) : null;
  return { ...figure, floor, share, target, isMet: target === null ? null : figure.value <= target };
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
      floor: null,
      share: null,
      target: flatFactor,
      isMet: value <= flatFactor,
    },
  ];
}
