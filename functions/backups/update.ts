import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import { notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { reach } from '../http/policy.ts';
import type { updateBody } from './body.ts';
import { absentBackup } from './query.ts';
import { updateBackup } from './store.ts';
import { backupView } from './view.ts';

/** Changes name, description or metadata, whatever the status. */
export async function update(call: Call<Static<typeof updateBody>, 'backup_id'>): Promise<unknown> {
  const id = call.params.backup_id;
  const { name, description, metadata } = call.body.backup;
  const parameters = {
    id,
    sets_name: name !== undefined,
    name: name ?? null,
    sets_description: description !== undefined,
    description: description ?? null,
    metadata: metadata === undefined ? null : JSON.stringify(metadata),
    now: timestamp(call.ports.clock),
    request_id: call.requestId,
  };
  const row = await updateBackup(call.ports.database, reach(call.actor), parameters);
  if (row === null) throw notFound(absentBackup(id));
  return { backup: backupView.for(call, 'summary')(row) };
}
