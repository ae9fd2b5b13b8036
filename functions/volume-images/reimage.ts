import type { Static } from '@sinclair/typebox';
import { badRequest, conflict } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { begin, factsFor, refused } from './begin.ts';
import type { reimageBody } from './body.ts';
import { checkImage, findImage, type ImageEncryption, imageArguments, imageMetadata, refuseKeyed } from './image.ts';
import type { Facts } from './store.ts';

type Body = Static<typeof reimageBody>;

/** How the volume is encrypted. Without its type's word nobody knows, and its bytes would be in the clear. */
function encryptionOf({ is_encrypted, encryption }: Facts): ImageEncryption | null {
  if (!is_encrypted) return null;
  if (encryption === null) throw badRequest('Invalid volume: Its type does not say any more how it is encrypted.');
  return JSON.parse(encryption) as ImageEncryption; // built by the facts' statement
}

/** Whether the volume may be one that waits for its server. */
export const isOfReserved = (call: Call<Body>) => call.body['os-reimage'].reimage_reserved === true;

/** Writes an image over a volume: one that nobody uses, or with `reimage_reserved` one that waits for its server. */
export async function reimage(call: Call<Body, 'volume_id'>): Promise<void> {
  const { image_id: id } = call.body['os-reimage'];
  const move = isOfReserved(call) ? 'reimage_reserved' : 'reimage';
  const facts = await factsFor(call, move);
  if (facts.attachment_count > 1) {
    throw conflict('Invalid volume: Cannot reimage a volume which is attached to more than one server.');
  }
  const image = await findImage(call, id);
  refuseKeyed(image);
  checkImage(image, facts.size_gib, encryptionOf(facts));
  if (!(await begin(call, move, facts, imageArguments(image, imageMetadata(image))))) throw refused(call, move, facts);
}
