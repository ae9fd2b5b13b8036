// The names of the daemon's nodes: see graph.ts.

import { createHash } from 'node:crypto';

/** Names have 31 characters at most, one too few for an id. */
const short = (id: string) => createHash('sha256').update(id).digest('hex').slice(0, 30);

export const layerNode = (layer: number) => `l${layer}`;
export const plainNode = (id: string) => `e${short(id)}`;
export const filterNode = (id: string) => `t${short(id)}`;
export const group = (id: string) => `g${short(id)}`;
