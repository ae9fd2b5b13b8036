import type { Static } from '@sinclair/typebox';
import { badRequest, conflict } from '../http/faults.ts';
import { checkImage, findImage, imageArguments, imageMetadata } from '../http/images.ts';
import type { Call } from '../http/operation.ts';
import { begin, factsFor, refused } from './begin.ts';
import type { reimageBody } from './body.ts';

type Body = Static<typeof reimageBody>;

/** Whether the volume may be one that waits for its server. */
export const isOfReserved = (call: Call<Body>) => call.body['os-reimage'].reimage_reserved === true;

/** Writes an image over a volume: one that nobody uses, or with `reimage_reserved` one that waits for its server. */
export async function reimage(call: Call<Body>): Promise<void> {
  const { image_id: id } = call.body['os-reimage'];
  const move = isOfReserved(call) ? 'reimage_reserved' : 'reimage';
  const facts = await factsFor(call, move);
  // Its bytes would be those of the image, in the clear.
  if (facts.is_encrypted) throw badRequest('Invalid volume: Images are not written to encrypted volumes here.');
  if (facts.attachment_count > 1) {
    throw conflict('Invalid volume: Cannot reimage a volume which is attached to more than one server.');
  }
  const image = await findImage(call, id);
  checkImage(image, facts.size_gib);
  if (!(await begin(call, move, facts, imageArguments(image, imageMetadata(image))))) throw refused(call, move, facts);
}
