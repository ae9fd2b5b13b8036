// What Cinder does, measured by us, and what we want to reach. Conditions: cinder-api under uWSGI with MariaDB,
// RabbitMQ, scheduler and volume service on one machine of two cores; concurrency 16, 1,000 volumes where nothing
// else is said; times at 100,000 volumes and the two times of a create are of one request at a time.

export type DatabaseName = 'PGlite' | 'PostgreSQL';

export interface Goal {
  readonly cinder: number | null;
  readonly conditions: string;
  /** The bound that we want, by database; absent: none was set. */
  readonly wanted?: Readonly<Record<DatabaseName, number>>;
}

const both = (value: number) => ({ PGlite: value, PostgreSQL: value });
const more = (cinder: number, conditions: string): Goal => ({
  cinder,
  conditions,
  wanted: { PGlite: cinder * 20, PostgreSQL: cinder * 50 },
});
const faster = (cinder: number, conditions: string): Goal => ({
  cinder,
  conditions,
  wanted: { PGlite: cinder / 20, PostgreSQL: cinder / 50 },
});
const c16 = '1,000 volumes, concurrency 16';
const large = '100,000 volumes, one at a time';

/** By the name of the figure; those of `large` hold for 100,000 volumes only. */
export const goals: Readonly<Record<string, Goal>> = {
  'show, rate': more(125, `${c16} (p50 124 ms)`),
  'list of 100, rate': more(27, c16),
  'detail of 100, rate': more(19, c16),
  'create until available, rate': { cinder: 10.6, conditions: c16, wanted: both(212) },
  'create until available, time': { cinder: 162, conditions: 'one at a time', wanted: both(15) },
  'POST of a create, time': { cinder: 70, conditions: 'one at a time' },
  'statements of a create': { cinder: 138, conditions: 'general query log', wanted: both(6) },
  'statements of a show': { cinder: 13, conditions: 'general query log', wanted: both(1) },
  'idle memory': { cinder: 1331, conditions: 'all processes', wanted: { PGlite: 450, PostgreSQL: 150 } },
  'first start': { cinder: null, conditions: '', wanted: both(5000) },
  'second start': { cinder: null, conditions: '', wanted: both(5000) },
};

export const largeGoals: Readonly<Record<string, Goal>> = {
  'detail of 100, time': faster(117, large),
  'metadata filter, time': faster(364, large),
  'summary, time': { cinder: 393, conditions: large },
};

/** From the smallest size to the largest, no read may become slower by more than this. */
export const flatFactor = 2;
