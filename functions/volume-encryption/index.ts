// Encryption of a volume: what a hypervisor needs to open it. Not in the API reference; Nova asks it of every volume.

import * as is from '../http/answer-types.ts';
import { notFound } from '../http/faults.ts';
import { Answer, type Call, operation, type Resource } from '../http/operation.ts';
import { reach } from '../http/policy.ts';
import { onVolume } from '../volumes/store.ts';
import { volumeEncryptionRules } from './policy.ts';
import { findVolumeEncryption } from './store.ts';

const absentVolume = (id: string) => `Volume ${id} could not be found.`;

async function find(call: Call<unknown, 'volume_id'>) {
  const id = call.params.volume_id;
  return findVolumeEncryption(call.ports.database, reach(call.actor), id);
}

/** Of a volume that is not encrypted only the key id, which is null. */
async function list(call: Call<unknown, 'volume_id'>): Promise<Readonly<Record<string, string | number | null>>> {
  const row = await find(call);
  if (row === null) throw notFound(absentVolume(call.params.volume_id));
  const { encryption_key_id, is_encrypted, ...of } = row;
  return is_encrypted ? { encryption_key_id, ...of } : { encryption_key_id };
}

/** One item, bare: the text itself and no JSON around it; nothing where the value is null. */
async function show(call: Call<unknown, 'encryption_key' | 'volume_id'>) {
  const items = await list(call);
  const key = call.params.encryption_key;
  if (!Object.hasOwn(items, key)) throw notFound(`The encryption of the volume has no item ${key.slice(0, 255)}.`);
  const value = items[key] ?? null;
  return value === null ? undefined : new Answer(200, String(value), { 'Content-Type': 'text/plain; charset=UTF-8' });
}

const all = '/volumes/{volume_id}/encryption';
const common = {
  method: 'GET',
  policy: ['volume_extension:volume_encryption_metadata'],
  success: 200,
  target: onVolume,
} as const;

export const volumeEncryption: Resource = {
  name: 'volume-encryption',
  rules: volumeEncryptionRules,
  operations: [
    operation({
      name: 'volume-encryption-show',
      summary: 'Show how a volume is encrypted',
      path: all,
      ...common,
      answers: is.object({
        encryption_key_id: is.orNull(is.uuid),
        control_location: is.optional(is.orNull(is.text)),
        cipher: is.optional(is.orNull(is.text)),
        key_size: is.optional(is.orNull(is.integer)),
        provider: is.optional(is.orNull(is.text)),
      }),
      handler: list,
    }),
    operation({
      name: 'volume-encryption-show-item',
      summary: 'Show one item of the encryption of a volume',
      path: `${all}/{encryption_key}`,
      ...common,
      answers: is.optional(is.plainText),
      handler: show,
    }),
  ],
};
