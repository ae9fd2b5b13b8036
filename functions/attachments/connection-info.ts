// How a volume is reached: sealed where it is kept, because targets tell their passwords in it.
import { SecretsError } from '../../infra/secrets/port.ts';
import { connectionPurpose } from '../../schema/attachments.ts';
import type { Call } from '../http/operation.ts';

/**
 * The connection as JSON that was kept for an attachment, or for an operation without one. Null when it cannot be
 * opened, because the key that sealed it is gone: that is logged, and the volume has to be connected again.
 */
export async function openConnection(call: Call<unknown>, kept: string, of: string): Promise<string | null> {
  const value: unknown = JSON.parse(kept);
  if (typeof value !== 'string') return kept; // a row from before they were sealed
  try {
    return await call.ports.secrets.open(value, connectionPurpose(of));
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    const { failure: reason } = error;
    call.ports.log.error('connection-cannot-be-opened', { requestId: call.requestId, of, reason });
    return null;
  }
}

interface Kept {
  readonly id: string;
  readonly connection_info: string | null;
}

/** An attachment's row with its connection open, for its view; without one when it cannot be opened. */
export async function withConnection<Row extends Kept>(call: Call<unknown>, row: Row): Promise<Row> {
  const kept = row.connection_info;
  return kept === null ? row : { ...row, connection_info: await openConnection(call, kept, row.id) };
}
