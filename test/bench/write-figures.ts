// Creates and deletes as figures: at concurrency 16, and one at a time.
import type { Figure } from './figures.ts';
import { bestOf, concurrency, type Figures } from './load.ts';
import type { Plan } from './plan.ts';
import { createAll, deleteAll, type Made, type Target } from './writes.ts';

/** A round that takes longer ends where it is. */
const mostSeconds = 30;

interface Rounds {
  readonly many: Made[];
  readonly gone: Figures[];
  readonly single: Made[];
}

export async function measureWrites(plan: Plan, target: Target, volumes: number): Promise<Figure[]> {
  if (!plan.wants('create') && !plan.wants('delete')) return [];
  const rounds: Rounds = { many: [], gone: [], single: [] };
  for (let round = 0; round < plan.rounds; round += 1) {
    plan.say(`creates and deletes, ${volumes} volumes, round ${round + 1}`);
    const made = await createAll(target, plan.creates, concurrency, mostSeconds);
    rounds.many.push(made);
    rounds.gone.push(await deleteAll(target, made.ids, concurrency, mostSeconds));
    const one = await createAll(target, Math.ceil(plan.creates / 8), 1, mostSeconds);
    rounds.single.push(one);
    await deleteAll(target, one.ids, 4, mostSeconds);
  }
  return figuresOf(rounds, { database: plan.database, volumes });
}

function figuresOf({ many, gone, single }: Rounds, common: Pick<Figure, 'database' | 'volumes'>): Figure[] {
  const rate = (name: string, runs: readonly Figures[]): Figure => {
    const { perSecond, p50, p99, errors } = bestOf(runs);
    return { ...common, name: `${name}, rate`, value: perSecond, unit: '/s', p50, p99, errors, detail: runs };
  };
  const quickest = single.reduce((a, b) => (b.whole.p50 < a.whole.p50 ? b : a));
  return [
    rate(
      'create until available',
      many.map((one) => one.whole),
    ),
    rate('delete until gone', gone),
    {
      ...common,
      name: 'create until available, time',
      value: quickest.whole.p50,
      unit: 'ms',
      p99: quickest.whole.p99,
      errors: single.reduce((sum, one) => sum + one.whole.errors, 0),
      detail: single.map((one) => one.whole),
    },
    { ...common, name: 'POST of a create, time', value: quickest.postP50, unit: 'ms' },
  ];
}
