// An image service without images, where there is no Glance: see
// docs/decisions/0002-an-image-service-without-images.md.
import { storageFault } from '../http/faults.ts';
import type { Service } from '../http/service.ts';
import { images } from './index.ts';

export const emptyImageService: Service = {
  dialect: {
    service: 'image',
    root: '/image',
    version: '/image/v2',
    fault: storageFault,
    hasMicroversions: true,
    takesIdempotencyKeys: false,
    hasProjects: true,
  },
  resources: [images],
};
