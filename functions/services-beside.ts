// The services that stand beside Block Storage, for who loads them when they are asked.
export { automation } from './automation/service.ts';
export { emptyImageService } from './images/service.ts';
export { embeddedKeyManager } from './key-manager/service.ts';
