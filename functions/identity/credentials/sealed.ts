// Blobs as the database has them: sealed for the credential that they belong to.
import { SecretsError } from '../../../infra/secrets/port.ts';
import type { UserCredentialRow } from '../../../schema/identity.ts';
import type { Call } from '../../http/operation.ts';

type Ports = Pick<Call['ports'], 'secrets' | 'log'>;

const purpose = (id: string) => `user-credential:${id}`;

export const sealBlob = ({ secrets }: Ports, id: string, blob: string) => secrets.seal(blob, purpose(id));

/**
 * The row with its blob readable; with an empty one, which no credential has, when the key is gone or the row was
 * altered. So the others in a list are shown, and it can be deleted or be given another blob.
 */
export async function opened({ secrets, log }: Ports, row: UserCredentialRow): Promise<UserCredentialRow> {
  try {
    return { ...row, blob: await secrets.open(row.blob, purpose(row.id)) };
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    log.error('credential-cannot-be-opened', { credential: row.id, user: row.user_id, cause: error.message });
    return { ...row, blob: '' };
  }
}
