// The list of resources: this is the API. A test holds it against the folders.
import type { Resource } from './http/operation.ts';
import { volumes } from './volumes/index.ts';

export const storageResources: readonly Resource[] = [volumes];

export const identityResources: readonly Resource[] = [];
