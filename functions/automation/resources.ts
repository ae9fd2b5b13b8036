// The resources of /scoria/v1, one folder each.
import type { Resource } from '../http/operation.ts';
import { events } from './events/index.ts';
import { operations } from './operations/index.ts';
import { snapshotSchedules } from './snapshot-schedules/index.ts';
import { subscriptions } from './subscriptions/index.ts';
import { timeline } from './timeline/index.ts';

export const automationResources: readonly Resource[] = [
  operations,
  events,
  timeline,
  subscriptions,
  snapshotSchedules,
];
