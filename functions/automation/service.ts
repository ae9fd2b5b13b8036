// Our own API beside Block Storage, whose bodies never gain a field: operations to follow and events to read.
import { storageFault } from '../http/faults.ts';
import type { Service } from '../http/service.ts';
import { automationResources } from './resources.ts';

export const automation: Service = {
  dialect: {
    service: 'block-storage',
    root: '/scoria',
    version: '/scoria/v1',
    fault: storageFault,
    hasMicroversions: true,
    takesIdempotencyKeys: true,
    hasProjects: false,
  },
  resources: automationResources,
};
