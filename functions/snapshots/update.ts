import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import { badRequest, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { reach } from '../http/policy.ts';
import type { updateBody } from './body.ts';
import { absentSnapshot } from './query.ts';
import { updateSnapshot } from './store.ts';
import { snapshotView } from './view.ts';

/** Changes name or description, whatever the status. */
export async function update(call: Call<Static<typeof updateBody>, 'snapshot_id'>): Promise<unknown> {
  const id = call.params.snapshot_id;
  const wanted = call.body.snapshot;
  if (Object.keys(wanted).length === 0) {
    throw badRequest(
      'Invalid input for field/attribute snapshot. Value: {}. {} is not valid under any of the given schemas',
    );
  }
  const name = wanted.name === undefined ? wanted.display_name : wanted.name;
  const description = wanted.description === undefined ? wanted.display_description : wanted.description;
  const parameters = {
    id,
    sets_name: name !== undefined,
    name: name ?? null,
    sets_description: description !== undefined,
    description: description ?? null,
    now: timestamp(call.ports.clock),
    request_id: call.requestId,
  };
  const row = await updateSnapshot(call.ports.database, reach(call.actor), parameters);
  if (row === null) throw notFound(absentSnapshot(id));
  return { snapshot: snapshotView.for(call, 'summary')(row) };
}
