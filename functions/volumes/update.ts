import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import { badRequest, notFound } from '../http/faults.ts';
import { at, type Call } from '../http/operation.ts';
import { reach, scopeParameter } from '../http/policy.ts';
import type { updateBody } from './body.ts';
import { absentVolume } from './query.ts';
import { findVolume, updateVolume } from './store.ts';
import { volumeView } from './view.ts';

/** Changes name, description or metadata (which is replaced whole). */
export async function update(call: Call<Static<typeof updateBody>, 'volume_id'>): Promise<unknown> {
  const id = call.params.volume_id;
  const wanted = call.body.volume;
  if (at(call, 'strict-bodies') && Object.keys(wanted).length === 0) {
    throw badRequest('Invalid input for field/attribute volume. Value: {}. {} does not have enough properties');
  }
  const name = wanted.name === undefined ? wanted.display_name : wanted.name;
  const description = wanted.description === undefined ? wanted.display_description : wanted.description;
  const row = await updateVolume(call.ports.database, {
    id,
    ...scopeParameter(reach(call.actor)),
    sets_name: name !== undefined,
    name: name ?? null,
    sets_description: description !== undefined,
    description: description ?? null,
    metadata: wanted.metadata === undefined ? null : JSON.stringify(wanted.metadata),
    now: timestamp(call.ports.clock),
    request_id: call.requestId,
  });
  if (row !== null) return { volume: volumeView.for(call, 'summary')(row) };
  const there = await findVolume(call.ports.database, reach(call.actor), id);
  throw there === null
    ? notFound(absentVolume(id))
    : badRequest('Invalid volume: The volume cannot be updated during maintenance.');
}
