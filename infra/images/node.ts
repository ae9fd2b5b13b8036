// The image service on Node: the Glance that the operator names, and qemu-img where it is installed.
import type { Converter } from '../converter/port.ts';
import type { Http } from '../http/port.ts';
import { glanceImages } from './glance.ts';
import type { Images } from './port.ts';

export interface NodeImagesOptions {
  /** The data folder. */
  readonly folder: string;
  /** Null: there is no image service. */
  readonly imageUrl: string | null;
}

export interface NodeImages {
  readonly images?: Images;
  readonly converter?: Converter;
}

export function nodeImages({ imageUrl }: NodeImagesOptions, http: Http): NodeImages {
  if (imageUrl === null) return {};
  return { images: glanceImages({ url: imageUrl, http }) };
}
