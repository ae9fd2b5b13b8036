// Whether a new volume is encrypted, and with which key: a new one, or a clone of its source's.
import { formattedByUs, isFormattedByUs } from '../../../schema/keys.ts';
import { badRequest } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import { clonedKey, type KeyParameters, newKey, noKey } from '../../key-manager/keys.ts';
import type { ImageEncryption } from '../../volume-images/image.ts';
import type { CreateFacts } from './store.ts';

/**
 * Refuses what would be bytes that nobody can read: a copy keeps how its source is encrypted, because what is copied
 * are the bytes as they lie there.
 */
export function checkEncryption(facts: CreateFacts): void {
  if (facts.type_is_encrypted && facts.type_is_multiattach) {
    throw badRequest('Invalid volume: Multiattach cannot be used with encrypted volumes.');
  }
  const isCopy = facts.snapshot_status !== null || facts.source_status !== null;
  const isRestored = facts.backup_status !== null;
  const isImage = facts.image_key_id !== null;
  const agrees = (facts.source_key_id !== null) === facts.type_is_encrypted;
  if ((isCopy && !(agrees && facts.encryption_matches)) || ((isRestored || isImage) && !agrees)) {
    const source = isImage
      ? 'image'
      : isRestored
        ? 'backup'
        : facts.snapshot_status !== null
          ? 'source snapshot'
          : 'source volume';
    throw badRequest(
      `Invalid input received: Invalid volume_type passed: ${facts.type_id} does not encrypt as the ${source} is encrypted. ` +
        'Name a type with the same encryption, or none.',
    );
  }
}

/** Refuses what a back end could not open: it opens LUKS as the worker formats it, with keys that the worker can read. */
function checkBackendEncryption(call: Call<unknown>, facts: CreateFacts): void {
  if (facts.type_control_location !== 'back-end') return;
  const { type_provider: provider, type_cipher: cipher, type_key_bits: bits } = facts;
  if (provider === null || !isFormattedByUs(provider, cipher, bits)) {
    throw badRequest(
      `Invalid volume type: a back end opens volumes of ${formattedByUs}, and this type has ${provider}, ${cipher} and ${bits}.`,
    );
  }
  if (call.ports.keys.manager !== undefined) {
    throw badRequest(
      'Invalid volume type: the keys of this service are in a key manager that gives them to their users only, so no back end can open its volumes. Use the control location front-end.',
    );
  }
}

/** How images are to be written; null: in the clear. */
export function encryptionOf(facts: CreateFacts): ImageEncryption | null {
  const { type_is_encrypted, type_provider: provider, type_control_location: control_location } = facts;
  if (!type_is_encrypted || provider === null || control_location === null) return null;
  return { provider, control_location, cipher: facts.type_cipher, key_size: facts.type_key_bits };
}

/** The key of the volume of that id, for the statement that makes the volume. */
export function keyFor(call: Call<unknown>, facts: CreateFacts, id: string): Promise<KeyParameters> {
  const owner = `volume ${id}`;
  if (!facts.type_is_encrypted) return Promise.resolve(noKey);
  checkBackendEncryption(call, facts);
  if (facts.source_key_id !== null) {
    return clonedKey(call, { id: facts.source_key_id, isKept: facts.source_key_is_kept }, owner);
  }
  return newKey(call, { cipher: facts.type_cipher, keyBits: facts.type_key_bits }, owner);
}
