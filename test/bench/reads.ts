// The reads: each at concurrency 16 with its bare floor in turn, and one at a time.
import { startBare } from './bare.ts';
import { requestBytes } from './client.ts';
import type { Figure } from './figures.ts';
import { type Bounds, bestOf, counter, type Figures, httpLoad } from './load.ts';
import type { Neighbour } from './people.ts';
import type { Plan } from './plan.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import type { Target } from './writes.ts';

/** One request at a time: enough of them for a median. */
const singles: Bounds = { seconds: 1.5, requests: 50 };

type Targets = Readonly<Record<'large' | Neighbour, Target>>;

export async function measureReads(plan: Plan, targets: Targets, folder: string, volumes: number): Promise<Figure[]> {
  const wanted = scenarios.filter((one) => plan.wants(one.name));
  if (wanted.length === 0) return [];
  const bare = await startBare(folder, targets.large, volumes);
  const common = { database: plan.database, volumes };
  const figures: Figure[] = [];
  const first = scenarios[0];
  // The compilers of both processes need some thousand requests; nobody's first second is measured.
  if (first !== undefined)
    await loadOf(targets.large, first, volumes, { seconds: plan.quick ? 1.5 : 4, requests: 100_000 });
  for (const scenario of wanted) {
    plan.say(`${scenario.name}, ${volumes} volumes`);
    const target = targets[scenario.by ?? 'large'];
    const runs: Figures[] = [];
    const floors: Figures[] = [];
    for (let round = 0; round < plan.rounds; round += 1) {
      runs.push(await loadOf(target, scenario, volumes, plan.bounds));
      if (scenario.hasFloor) {
        const bytes = bare.request(scenario);
        floors.push(await httpLoad(bare.server.port, () => bytes, plan.bounds));
      }
    }
    const best = bestOf(runs);
    const single = await loadOf(target, scenario, volumes, singles, 1);
    figures.push(
      {
        ...common,
        name: `${scenario.name}, rate`,
        value: best.perSecond,
        unit: '/s',
        p50: best.p50,
        p99: best.p99,
        errors: best.errors,
        ...(floors.length > 0 ? { bareServer: bestOf(floors).perSecond } : {}),
        detail: { runs, floors },
      },
      {
        ...common,
        name: `${scenario.name}, time`,
        value: single.p50,
        unit: 'ms',
        p99: single.p99,
        errors: single.errors,
      },
    );
  }
  await bare.server.stop();
  return figures;
}

function loadOf(target: Target, scenario: Scenario, volumes: number, bounds: Bounds, loops?: number) {
  const random = counter(7);
  const next = () => requestBytes({ path: `${target.base}${scenario.path(volumes, random)}`, token: target.token });
  return httpLoad(target.port, next, bounds, loops);
}
