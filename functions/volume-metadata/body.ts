import { metaBody, metadataBody, metadataKey } from '../http/metadata-body.ts';

export const allBody = metadataBody(metadataKey);
export const oneBody = metaBody(metadataKey);
