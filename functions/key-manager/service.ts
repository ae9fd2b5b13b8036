// Our own keys as a Barbican has them, where there is no Barbican.
import { keyManagerFault } from '../http/faults.ts';
import type { Service } from '../http/service.ts';
import { keyManager } from './index.ts';

export const embeddedKeyManager: Service = {
  dialect: {
    service: 'key-manager',
    root: '/key-manager',
    version: '/key-manager/v1',
    fault: keyManagerFault,
    hasMicroversions: true,
    takesIdempotencyKeys: false,
    hasProjects: true,
  },
  resources: [keyManager],
};
