// The image service of an installation without Glance: it is there, and has no images.
//
// The openstack client looks for an image endpoint before it creates any volume, and gives up where the catalog has
// none (openstackclient 6.0). So the catalog names this one until an operator names a Glance.

import * as is from '../http/answer-types.ts';
import { Fault } from '../http/faults.ts';
import { Answer, type Call, operation, type Resource } from '../http/operation.ts';

function discovery(call: Call) {
  const links = [{ rel: 'self', href: `${call.links.root}/image/v2/` }];
  return new Answer(300, { versions: [{ id: 'v2.0', status: 'CURRENT', links }] });
}

const none = async () => ({ images: [], first: '/v2/images', schema: '/v2/schemas/images' });

async function absent(call: Call<unknown, 'image_id'>): Promise<never> {
  throw new Fault(404, `No image found with ID ${call.params.image_id}`);
}

const version = is.object({ id: is.text, status: is.text, links: is.links });
const discovered = is.object({ versions: is.listOf(version) });

const common = { method: 'GET', at: 'root', policy: [] } as const;

export const images: Resource = {
  name: 'images',
  rules: {},
  operations: [
    operation({
      ...common,
      name: 'image-versions',
      summary: 'Versions of the image service',
      path: '/image',
      open: true,
      success: 300,
      answers: discovered,
      handler: async (call) => discovery(call),
    }),
    operation({
      ...common,
      name: 'image-versions-slash',
      summary: 'Versions of the image service, with a slash',
      path: '/image/',
      open: true,
      success: 300,
      answers: discovered,
      handler: async (call) => discovery(call),
    }),
    operation({
      ...common,
      name: 'image-list',
      summary: 'List images: there are none',
      path: '/image/v2/images',
      success: 200,
      answers: is.object({ images: is.listOf(is.record), first: is.text, schema: is.text }),
      handler: none,
    }),
    operation({
      ...common,
      name: 'image-show',
      summary: 'Show an image: there is none',
      path: '/image/v2/images/{image_id}',
      success: 200,
      handler: absent,
    }),
  ],
};
