import { metaBody, metadataBody, metadataKey } from './metadata-body.ts';

export const allBody = metadataBody(metadataKey);
export const oneBody = metaBody(metadataKey);
