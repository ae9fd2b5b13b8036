// Which types have QoS specs. Giving and taking them are GETs, as they have always been.
import { timestamp } from '../../infra/clock/port.ts';
import { badRequest, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { isUuid } from '../http/schemas.ts';
import { absentType } from '../types/store.ts';
import { limiting } from './limiting.ts';
import { absentSpecs } from './query.ts';
import { associate, disassociate, findSpecs, listAssociations } from './store.ts';

async function typeOf(call: Call, id: string): Promise<string> {
  const type = call.query.get('vol_type_id') ?? '';
  if (type === '') {
    const row = await findSpecs(call.ports.database, id);
    throw row === null ? notFound(absentSpecs(id)) : badRequest('Volume Type id must not be None.');
  }
  if (!isUuid(type)) throw notFound(absentType(type));
  return type;
}

export async function associations(call: Call<unknown, 'qos_id'>) {
  const id = call.params.qos_id;
  const rows = await listAssociations(call.ports.database, id);
  if (rows === null) throw notFound(absentSpecs(id));
  return { qos_associations: rows.map((row) => ({ association_type: 'volume_type', name: row.name, id: row.id })) };
}

/** Gives QoS specs to a type; new volumes of it are made with them. A type has at most one. */
export async function associateType(call: Call<unknown, 'qos_id'>): Promise<void> {
  const id = call.params.qos_id;
  const type = await typeOf(call, id);
  const done = await associate(call.ports.database, { id, type, now: timestamp(call.ports.clock), ...limiting(call) });
  if (done === null) throw notFound(absentSpecs(id));
  if (!done.has_type) throw notFound(absentType(type));
  if (done.is_changed) return;
  throw badRequest(
    `Invalid volume type: Type ${type} is already associated with another qos specs: ${done.present ?? ''}`,
  );
}

export async function disassociateType(call: Call<unknown, 'qos_id'>): Promise<void> {
  const id = call.params.qos_id;
  const type = await typeOf(call, id);
  const done = await disassociate(call.ports.database, {
    id,
    type,
    now: timestamp(call.ports.clock),
    ...limiting(call),
  });
  if (done === null) throw notFound(absentSpecs(id));
  if (!done.has_type) throw notFound(absentType(type));
}

export async function disassociateAll(call: Call<unknown, 'qos_id'>): Promise<void> {
  const id = call.params.qos_id;
  const done = await disassociate(call.ports.database, {
    id,
    type: null,
    now: timestamp(call.ports.clock),
    ...limiting(call),
  });
  if (done === null) throw notFound(absentSpecs(id));
}
