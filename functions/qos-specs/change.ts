// Making, changing and deleting QoS specs.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import { DatabaseError } from '../../infra/database/port.ts';
import { queryFlag } from '../http/booleans.ts';
import { badRequest, conflict, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { checkConsumer, type createBody, type deleteKeysBody, readSpecs, type setBody } from './body.ts';
import { limiting } from './limiting.ts';
import { absentSpecs } from './query.ts';
import { deleteKeys, deleteSpecs, insertSpecs, mergeSpecs } from './store.ts';
import { qosSpecsView } from './view.ts';

/** The id in the path; 404 for what is no id. */
const isConflict = (error: unknown) => error instanceof DatabaseError && error.failure === 'conflict';

/** One QoS specs in an answer: the links stand beside it, not in it. */
export function rendered(call: Call<unknown>, row: Parameters<ReturnType<typeof qosSpecsView.for>>[0]) {
  return { qos_specs: qosSpecsView.for(call, 'detail')(row), links: call.links.of('qos-specs', row.id) };
}

export async function create(call: Call<Static<typeof createBody>>) {
  const { name, consumer = 'back-end' } = call.body.qos_specs;
  const row = await insertSpecs(call.ports.database, {
    id: call.ports.ids.uuid(),
    name,
    consumer: checkConsumer(consumer),
    specs: JSON.stringify(readSpecs(call.body.qos_specs)),
    now: timestamp(call.ports.clock),
  }).catch((error: unknown) => {
    throw isConflict(error) ? conflict(`QoS Specs ${name} already exists.`) : error;
  });
  return rendered(call, row);
}

/** Sets keys; the key `consumer` is the consumer. */
export async function set(call: Call<Static<typeof setBody>, 'qos_id'>) {
  const id = call.params.qos_id;
  const { consumer = null, ...specs } = call.body.qos_specs;
  if (consumer !== null) checkConsumer(consumer);
  const now = timestamp(call.ports.clock);
  const done = await mergeSpecs(call.ports.database, {
    id,
    consumer,
    specs: JSON.stringify(specs),
    now,
    ...limiting(call),
  });
  if (!done) throw notFound(absentSpecs(id));
  return call.body;
}

export async function unset(call: Call<Static<typeof deleteKeysBody>, 'qos_id'>): Promise<void> {
  const id = call.params.qos_id;
  const now = timestamp(call.ports.clock);
  const done = await deleteKeys(call.ports.database, {
    id,
    keys: JSON.stringify(call.body.keys),
    now,
    ...limiting(call),
  });
  if (done === null) throw notFound(absentSpecs(id));
  if (done.missing !== null) throw notFound(`QoS spec ${id} has no spec with key ${done.missing}.`);
}

export async function remove(call: Call<unknown, 'qos_id'>): Promise<void> {
  const id = call.params.qos_id;
  const force = queryFlag(call.query, 'force');
  const inUse = badRequest(`QoS Specs ${id} is still associated with entities.`);
  const now = timestamp(call.ports.clock);
  const done = await deleteSpecs(call.ports.database, { id, force, now, ...limiting(call) }).catch((error: unknown) => {
    throw isConflict(error) ? inUse : error;
  });
  if (done === null) throw notFound(absentSpecs(id));
  if (!done.is_deleted) throw inUse;
}
