// Block Storage, the main service. It answers under /v3, and for paths that belong to no other service.
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
