// Encryption of volume types: by which provider and cipher volumes of a type are encrypted, and where.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import * as is from '../http/answer-types.ts';
import { badRequest, notFound } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { dashed, isUuid } from '../http/schemas.ts';
import { absentType, onType } from '../types/store.ts';
import { createBody, updateBody } from './body.ts';
import { typeEncryptionRules } from './policy.ts';
import { changeEncryption, type EncryptionChange, findEncryption } from './store.ts';
import { encryptionView } from './view.ts';

const absentEncryption = (id: string) => `Volume type encryption for type ${id} does not exist.`;

async function find(call: Call<unknown, 'volume_type_id'>): Promise<Record<string, unknown>> {
  const id = call.params.volume_type_id;
  const row = await findEncryption(call.ports.database, id);
  if (row === null) throw notFound(absentType(id));
  return row === 'none' ? {} : encryptionView.for(call, 'detail')(row);
}

async function show(call: Call<unknown, 'volume_type_id' | 'encryption_id'>) {
  const item = await find(call);
  const key = call.params.encryption_id;
  if (!Object.hasOwn(item, key)) throw notFound(absentEncryption(call.params.volume_type_id));
  return { [key]: item[key] };
}

/** Volumes that are there already would not be what their type says: their type is left as it is. */
const inUse = (verb: string) => badRequest(`Cannot ${verb} encryption specs. Volume type in use.`);

async function create(call: Call<Static<typeof createBody>, 'volume_type_id'>) {
  const id = call.params.volume_type_id;
  const { provider, control_location, cipher, key_size } = call.body.encryption;
  const encryptionId = call.ports.ids.uuid();
  const done = await changeEncryption.create(call.ports.database, {
    id,
    encryption_id: encryptionId,
    provider,
    control_location,
    cipher: cipher || null,
    key_size: key_size || null,
    now: timestamp(call.ports.clock),
  });
  if (done === null) throw notFound(absentType(id));
  if (done.is_changed) {
    return { encryption: { ...call.body.encryption, volume_type_id: dashed(id), encryption_id: encryptionId } };
  }
  throw done.is_used ? inUse('create') : badRequest(`Volume type encryption for type ${id} already exists.`);
}

/** The encryption that the path names: `provider` stands for the only one that there is. */
function encryptionOf(call: Call<unknown, 'encryption_id' | 'volume_type_id'>): string {
  const id = call.params.encryption_id;
  if (id === 'provider') return id;
  if (!isUuid(id)) throw notFound(absentEncryption(call.params.volume_type_id));
  return dashed(id);
}

async function update(call: Call<Static<typeof updateBody>, 'encryption_id' | 'volume_type_id'>) {
  const wanted = call.body.encryption;
  const done = await changeEncryption.update(call.ports.database, {
    ...targetOf(call),
    provider: wanted.provider || null,
    control_location: wanted.control_location ?? null,
    sets_cipher: wanted.cipher !== undefined,
    cipher: wanted.cipher || null,
    sets_key_size: wanted.key_size !== undefined,
    key_size: wanted.key_size || null,
    now: timestamp(call.ports.clock),
  });
  check(call, 'update', done);
  return call.body;
}

async function remove(call: Call<unknown, 'encryption_id' | 'volume_type_id'>) {
  check(call, 'delete', await changeEncryption.delete(call.ports.database, targetOf(call)));
}

const targetOf = (call: Call<unknown, 'encryption_id' | 'volume_type_id'>) => ({
  id: call.params.volume_type_id,
  encryption_id: encryptionOf(call),
});

/** Throws for what was not done. */
function check(
  { params }: Call<unknown, 'encryption_id' | 'volume_type_id'>,
  verb: 'update' | 'delete',
  done: EncryptionChange | null,
): void {
  const id = params.volume_type_id;
  if (done === null) throw notFound(absentType(id));
  if (done.is_changed) return;
  throw done.is_used && done.is_encrypted ? inUse(verb) : notFound(absentEncryption(id));
}

/** What was asked for, as it is answered. */
const given = {
  provider: is.optional(is.text),
  control_location: is.optional(is.among(['front-end', 'back-end'])),
  cipher: is.optional(is.orNull(is.text)),
  key_size: is.optional(is.orNull(is.integer)),
} as const;

const all = '/types/{volume_type_id}/encryption';
const one = `${all}/{encryption_id}`;
const rule = 'volume_extension:volume_type_encryption';

export const typeEncryption: Resource = {
  name: 'type-encryption',
  rules: typeEncryptionRules,
  operations: [
    operation({
      name: 'type-encryption-show',
      summary: 'Show how volumes of a type are encrypted',
      method: 'GET',
      path: all,
      target: onType,
      policy: [`${rule}:get`],
      success: 200,
      answers: is.either(encryptionView.type('detail'), is.object({})),
      handler: find,
    }),
    operation({
      name: 'type-encryption-create',
      summary: 'Encrypt the volumes of a type',
      method: 'POST',
      path: all,
      target: onType,
      policy: [`${rule}:create`],
      success: 200,
      body: createBody,
      answers: is.object({
        encryption: is.object({ ...given, provider: is.text, volume_type_id: is.uuid, encryption_id: is.uuid }),
      }),
      handler: create,
    }),
    operation({
      name: 'type-encryption-show-item',
      summary: 'Show one item of the encryption of a type',
      method: 'GET',
      path: one,
      target: onType,
      policy: [`${rule}:get`],
      success: 200,
      answers: is.pairOf(is.anything),
      handler: show,
    }),
    operation({
      name: 'type-encryption-update',
      summary: 'Change how volumes of a type are encrypted',
      method: 'PUT',
      path: one,
      target: onType,
      policy: [`${rule}:update`],
      success: 200,
      body: updateBody,
      answers: is.object({ encryption: is.object(given) }),
      handler: update,
    }),
    operation({
      name: 'type-encryption-delete',
      summary: 'Stop encrypting the volumes of a type',
      method: 'DELETE',
      path: one,
      target: onType,
      policy: [`${rule}:delete`],
      success: 202,
      handler: remove,
    }),
  ],
};
