// Encrypted types and the keys of what is encrypted, for tests.
import assert from 'node:assert/strict';
import { sql } from '../../infra/database/port.ts';
import { embeddedKeys } from '../../infra/keys/embedded.ts';
import type { Scoria } from './scoria.ts';
import { testSecrets } from './secrets.ts';

const usual = { provider: 'luks', control_location: 'front-end', cipher: 'aes-xts-plain64', key_size: 256 };

/** A volume type that encrypts as hypervisors do, but for these fields. */
export async function makeEncryptedType(
  scoria: Scoria,
  name: string,
  fields: object = {},
  extra_specs: object = {},
): Promise<void> {
  const type = { volume_type: { name, extra_specs } };
  const { body } = await scoria.ask('POST', '/v3/types', { as: 'admin', body: type });
  const path = `/v3/types/${body.volume_type.id}/encryption`;
  const told = await scoria.ask('POST', path, { as: 'admin', body: { encryption: { ...usual, ...fields } } });
  assert.equal(told.status, 200, told.text);
}

export interface KeyRow {
  readonly id: string;
  /** The volume, the backup or the image. */
  readonly owner: string;
  readonly bit_length: number;
  readonly material: string;
  readonly sealed_as: string;
}

export const keysOf = ({ database }: Scoria) =>
  database.all<KeyRow>(
    sql(
      'test.keys',
      `SELECT id::text AS id, COALESCE(volume_id, backup_id, image_id)::text AS owner, bit_length, material,
        sealed_as::text AS sealed_as FROM encryption_keys`,
    ),
  );

/** The only key of an owner. */
export async function keyOf(scoria: Scoria, owner: string): Promise<KeyRow> {
  const found = (await keysOf(scoria)).filter((one) => one.owner === owner);
  assert.equal(found.length, 1, `${owner} has ${found.length} keys`);
  return found[0] as KeyRow; // length is 1
}

/** The bytes of an owner's key in hexadecimal. */
export async function keyBytes(scoria: Scoria, owner: string): Promise<string> {
  const { material, sealed_as } = await keyOf(scoria, owner);
  return Buffer.from(await embeddedKeys(testSecrets).open(material, sealed_as)).toString('hex');
}
