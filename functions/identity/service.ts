// The embedded Keystone, for roots that serve it.
import { identityFault } from '../http/faults.ts';
import type { Service } from '../http/service.ts';
import { identityResources } from './resources.ts';

export const embeddedKeystone: Service = {
  dialect: {
    service: 'identity',
    root: '/identity',
    version: '/identity/v3',
    fault: identityFault,
    hasMicroversions: false,
    takesIdempotencyKeys: false,
    hasProjects: false,
  },
  resources: identityResources,
};
