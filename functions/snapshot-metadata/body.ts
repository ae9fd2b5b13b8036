import { metaBody, metadataBody, plainMetadataKey } from '../http/metadata-body.ts';

export const allBody = metadataBody(plainMetadataKey);
export const oneBody = metaBody(plainMetadataKey);
