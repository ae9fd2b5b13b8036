import { metaBody, metadataBody, plainMetadataKey } from '../volume-metadata/metadata-body.ts';

export const allBody = metadataBody(plainMetadataKey);
export const oneBody = metaBody(plainMetadataKey);
