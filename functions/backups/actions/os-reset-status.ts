import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../../infra/clock/port.ts';
import { notFound } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import { reach } from '../../http/policy.ts';
import type { resetStatusBody } from '../body.ts';
import { absentBackup } from '../query.ts';
import { resetStatus } from '../store.ts';

/** os-reset_status: `available` or `error` over any status. The store of backups is not asked. */
export async function resetBackupStatus(call: Call<Static<typeof resetStatusBody>, 'backup_id'>): Promise<void> {
  const id = call.params.backup_id;
  const { status } = call.body['os-reset_status'];
  const parameters = { id, status, now: timestamp(call.ports.clock), request_id: call.requestId };
  const done = await resetStatus(call.ports.database, reach(call.actor), parameters);
  if (!done) throw notFound(absentBackup(id));
}
