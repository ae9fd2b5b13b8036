// What clients of volumes ask beside Block Storage, and is described with it.
import { automationResources } from './automation/resources.ts';
import type { Resource } from './http/operation.ts';
import { images } from './images/index.ts';
import { keyManager } from './key-manager/index.ts';

export const besideBlockStorage: readonly Resource[] = [images, keyManager, ...automationResources];
