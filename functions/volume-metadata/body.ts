import { metadataBody, metadataKey, metaBody } from '../http/metadata-body.ts';

export const allBody = metadataBody(metadataKey);
export const oneBody = metaBody(metadataKey);
