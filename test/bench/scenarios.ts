// The reads. Each gives a page of the same length whatever the number of volumes around it.
import { nameOf, volumeId } from './fill.ts';
import type { Neighbour } from './people.ts';

export interface Scenario {
  readonly name: string;
  /** After `/v3/<project>`. */
  readonly path: (volumes: number, random: (below: number) => number) => string;
  /** Who asks, when it is not the project that has nearly everything. Asked last: after it. */
  readonly by?: Neighbour;
  /** Its answer is also served by a bare server. */
  readonly hasFloor?: true;
}

const metadata = (value: object) => `metadata=${encodeURIComponent(JSON.stringify(value))}`;

export const scenarios: readonly Scenario[] = [
  { name: 'show', path: (volumes, random) => `/volumes/${volumeId(1 + random(volumes))}`, hasFloor: true },
  { name: 'list of 100', path: () => '/volumes?limit=100', hasFloor: true },
  { name: 'detail of 100', path: () => '/volumes/detail?limit=100', hasFloor: true },
  {
    name: 'deep page of 100',
    path: (volumes) => `/volumes/detail?limit=100&marker=${volumeId(Math.floor(volumes / 2))}`,
  },
  { name: 'name filter', path: (volumes, random) => `/volumes/detail?name=${nameOf(1 + random(volumes))}` },
  {
    name: 'metadata filter',
    path: (volumes, random) => `/volumes/detail?limit=100&${metadata({ team: `team-${random(volumes / 100)}` })}`,
  },
  { name: 'status filter', path: () => '/volumes/detail?limit=100&status=error' },
  { name: 'common status filter', path: () => '/volumes/detail?limit=100&status=available' },
  { name: 'common metadata filter', path: () => `/volumes/detail?limit=100&${metadata({ env: 'production' })}` },
  { name: 'summary', path: () => '/volumes/summary' },
  { name: 'detail of 100 by the small project', path: () => '/volumes/detail?limit=100', by: 'small' },
  { name: 'detail of 100 by the empty project', path: () => '/volumes/detail?limit=100', by: 'empty' },
];
