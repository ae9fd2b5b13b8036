// Settings of the scheduler: which filters and weighers decide, by their names in Cinder.

import { type Environment, number, wrong } from '../infra/settings/environment.ts';
import {
  defaultScheduling,
  type FilterName,
  filters,
  type Scheduling,
  type WeigherName,
  weighers,
} from '../workers/scheduler/scheduling.ts';

export const schedulerVariables: readonly (readonly [string, string])[] = [
  [
    'SCORIA_SCHEDULER_FILTERS',
    'filters of the scheduler, in their order, with commas between (AvailabilityZone,Capacity,Capabilities,Driver,SameBackend,DifferentBackend,InstanceLocality); docs/scheduler.md',
  ],
  [
    'SCORIA_SCHEDULER_WEIGHERS',
    'weighers, each with a multiplier after a "=" where it is not the usual one: Capacity, AllocatedCapacity, VolumeNumber, Goodness, Chance (Capacity)',
  ],
  ['SCORIA_SCHEDULER_CHOICE', 'heaviest: the best pool is taken; stochastic: lots are drawn by weight (heaviest)'],
  ['SCORIA_SCHEDULER_ATTEMPTS', 'how many pools are tried for a volume when drivers refuse it (3)'],
];

const words = (text: string) =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** `CapacityFilter` is what Cinder's settings call Capacity. */
const isFilter = (name: string): name is FilterName => Object.hasOwn(filters, name);
const isWeigher = (name: string): name is WeigherName => Object.hasOwn(weighers, name);

export function readScheduling(env: Environment): Scheduling {
  return {
    filters: readFilters(env.SCORIA_SCHEDULER_FILTERS),
    weighers: readWeighers(env.SCORIA_SCHEDULER_WEIGHERS),
    choice: readChoice(env.SCORIA_SCHEDULER_CHOICE || defaultScheduling.choice),
    mostAttempts: number(env, 'SCORIA_SCHEDULER_ATTEMPTS', defaultScheduling.mostAttempts, 1, 20),
  };
}

function readFilters(text: string | undefined): Scheduling['filters'] {
  if (text === undefined || text === '') return defaultScheduling.filters;
  return words(text).map((one) => {
    const name = one.replace(/Filter$/, '');
    if (isFilter(name)) return name;
    throw wrong(
      'SCORIA_SCHEDULER_FILTERS',
      `has ${JSON.stringify(one)}, which is none of ${Object.keys(filters).join(', ')}`,
    );
  });
}

function readWeighers(text: string | undefined): Scheduling['weighers'] {
  if (text === undefined || text === '') return defaultScheduling.weighers;
  return words(text).map((one) => {
    const [word = '', figure] = one.split('=').map((part) => part.trim());
    const name = word.replace(/Weigher$/, '');
    if (!isWeigher(name)) {
      const known = Object.keys(weighers).join(', ');
      throw wrong('SCORIA_SCHEDULER_WEIGHERS', `has ${JSON.stringify(word)}, which is none of ${known}`);
    }
    const multiplier = figure === undefined ? weighers[name].multiplier : Number(figure);
    if (figure === '' || !Number.isFinite(multiplier)) {
      throw wrong('SCORIA_SCHEDULER_WEIGHERS', `has the multiplier ${JSON.stringify(figure)}, which is no number`);
    }
    return { name, multiplier };
  });
}

function readChoice(word: string): Scheduling['choice'] {
  if (word === 'heaviest' || word === 'stochastic') return word;
  throw wrong('SCORIA_SCHEDULER_CHOICE', 'must be heaviest or stochastic');
}
