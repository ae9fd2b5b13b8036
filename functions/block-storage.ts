// Block Storage: what Scoria is. Answers under /v3, and where no other service does.
import { storageFault } from './http/faults.ts';
import type { Service } from './http/service.ts';
import { blockStorageResources } from './resources.ts';

export const blockStorage: Service = {
  dialect: {
    service: 'block-storage',
    root: null,
    version: '/v3',
    fault: storageFault,
    hasMicroversions: true,
    takesIdempotencyKeys: true,
    hasProjects: true,
  },
  resources: blockStorageResources,
};
