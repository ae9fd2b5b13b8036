// Start-up time and idle memory, on an empty database.
import type { Figure } from './figures.ts';
import type { Plan } from './plan.ts';
import { memoryOf, startService, temporaryFolder } from './service.ts';

const idleMilliseconds = 5000;

export async function measureStarts(plan: Plan): Promise<Figure[]> {
  if (!plan.wants('start') && !plan.wants('memory')) return [];
  const firsts: number[] = [];
  const seconds: number[] = [];
  let idle = { nowMiB: Number.NaN, mostMiB: Number.NaN };
  for (let round = 0; round < (plan.quick ? 1 : 3); round += 1) {
    plan.say(`start-up, round ${round + 1}`);
    const { folder, remove } = temporaryFolder('start');
    const databaseUrl = await plan.freshDatabase();
    for (const times of [firsts, seconds]) {
      const service = await startService({ folder, databaseUrl });
      times.push(service.startMilliseconds);
      if (times === seconds && round === 0) {
        await new Promise((resolve) => setTimeout(resolve, idleMilliseconds));
        idle = memoryOf(service.pid);
      }
      await service.stop();
    }
    await remove();
  }
  const common = { database: plan.database, volumes: null };
  return [
    { ...common, name: 'first start', value: Math.min(...firsts), unit: 'ms', detail: firsts },
    { ...common, name: 'second start', value: Math.min(...seconds), unit: 'ms', detail: seconds },
    { ...common, name: 'idle memory', value: idle.nowMiB, unit: 'MiB', detail: idle },
  ];
}
