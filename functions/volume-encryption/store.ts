// The SQL of what a hypervisor needs to know to open an encrypted volume.

import type { Database } from '../../infra/database/port.ts';
import { inScope } from '../../schema/expressions.ts';
import { statement } from '../../schema/statement.ts';
import { type Scope, scopeParameter } from '../http/policy.ts';

/** The key of a volume and how its type is encrypted. */
export interface VolumeEncryptionRow {
  readonly encryption_key_id: string | null;
  readonly is_encrypted: boolean;
  readonly control_location: string | null;
  readonly cipher: string | null;
  readonly key_size: number | null;
  readonly provider: string | null;
}

const showText = statement(
  'volume-encryption.show',
  `SELECT r.encryption_key_id::text AS encryption_key_id, e.volume_type_id IS NOT NULL AS is_encrypted,
  e.control_location, e.cipher, e.key_size, e.provider
FROM volumes r LEFT JOIN volume_type_encryption e ON e.volume_type_id = r.volume_type_id
WHERE r.id = :id::uuid AND ${inScope}`,
);

/** Null when the volume is not within the scope. */
export async function findVolumeEncryption(
  database: Database,
  scope: Scope,
  id: string,
): Promise<VolumeEncryptionRow | null> {
  const [row] = await showText.all<VolumeEncryptionRow>(database, { id, ...scopeParameter(scope) });
  return row ?? null;
}
