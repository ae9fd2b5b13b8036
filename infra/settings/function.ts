// Settings that processes and functions read alike and that belong to no other table of this folder.
import { type Environment, number } from './environment.ts';

export const functionVariables: readonly (readonly [string, string])[] = [
  ['SCORIA_GLANCE_URL', 'URL of the Glance whose images volumes are made from and uploaded to (none: no images)'],
  ['SCORIA_REGION', 'region of the catalog (RegionOne)'],
  ['SCORIA_ZONE', 'availability zone of the back ends (nova)'],
  ['SCORIA_SCHEDULE_MINUTES', 'least minutes between two runs of a snapshot schedule (15)'],
];

export const readScheduleMinutes = (env: Environment) => number(env, 'SCORIA_SCHEDULE_MINUTES', 15, 1, 1440);
