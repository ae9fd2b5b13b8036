// The passphrase for the LUKS header of a volume, for back ends that open it themselves.
import type { Database } from '../../infra/database/port.ts';
import { type Keys, KeysError } from '../../infra/keys/port.ts';
import { statement } from '../../schema/statement.ts';
import { DriverError } from '../driver.ts';

interface KeyRow {
  readonly material: string;
  readonly sealed_as: string;
}

// A volume that was moved has another id on its back end.
const text = statement(
  'keys.of-volume',
  `SELECT k.material, k.sealed_as FROM volumes v JOIN encryption_keys k ON k.id = v.encryption_key_id
  WHERE v.id = :id::uuid OR v.name_id = :id::uuid`,
);

/** The key's bytes in hexadecimal, as compute hosts use them. See DriverPorts.passphrase. */
export async function passphraseOf(
  { database, keys }: { readonly database: Database; readonly keys: Keys },
  volumeId: string,
): Promise<string> {
  try {
    const [row] = await text.all<KeyRow>(database, { id: volumeId });
    if (row === undefined) throw new KeysError('absent', 'It is not kept here.');
    return Buffer.from(await keys.open(row.material, row.sealed_as)).toString('hex');
  } catch (error) {
    const isForGood = error instanceof KeysError && error.failure !== 'unavailable';
    const message = `The key of the volume cannot be had. ${isForGood ? error.message : 'Who keeps it does not answer.'}`;
    throw new DriverError(isForGood ? 'fatal' : 'transient', message, { cause: error });
  }
}
