// Blobs as the database has them: sealed for the credential that they belong to.
import type { UserCredentialRow } from '../../../schema/identity.ts';
import type { Call } from '../../http/operation.ts';

type Ports = Pick<Call['ports'], 'secrets'>;

const purpose = (id: string) => `user-credential:${id}`;

export const sealBlob = ({ secrets }: Ports, id: string, blob: string) => secrets.seal(blob, purpose(id));

/** The row with its blob readable. */
export const opened = async ({ secrets }: Ports, row: UserCredentialRow): Promise<UserCredentialRow> => ({
  ...row,
  blob: await secrets.open(row.blob, purpose(row.id)),
});
