// The image service on Node: the Glance that the operator names, with what converts its images.
import type { Converter } from '../converter/port.ts';
import type { Http } from '../http/port.ts';
import type { Luks } from '../luks/port.ts';
import { glanceImages } from './glance.ts';
import type { Images } from './port.ts';

export interface NodeImagesOptions {
  /** Null: there is no image service. */
  readonly imageUrl: string | null;
}

interface Needs {
  readonly http: Http;
  readonly converter: Converter;
  readonly luks: Luks;
}

export interface NodeImages {
  readonly images?: Images;
  readonly converter?: Converter;
  readonly luks?: Luks;
}

export function nodeImages({ imageUrl }: NodeImagesOptions, { http, converter, luks }: Needs): NodeImages {
  return imageUrl === null ? {} : { images: glanceImages({ url: imageUrl, http }), converter, luks };
}
