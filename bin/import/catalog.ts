// Types, QoS specs and limits of an import. One whose name already exists here stays as it is.

import { associate, insertSpecs } from '../../functions/qos-specs/store.ts';
import { writeClassQuotas, writeQuotas } from '../../functions/quota-sets/store.ts';
import { addAccess } from '../../functions/type-access/store.ts';
import { changeEncryption } from '../../functions/type-encryption/store.ts';
import { insertType } from '../../functions/types/store.ts';
import { timestamp } from '../../infra/clock/port.ts';
import type { Database } from '../../infra/database/port.ts';
import { textOf } from './dump.ts';
import type { Tools } from './objects.ts';
import type { Plan, PlannedLimit, PlannedType, Present } from './plan.ts';

/** The user of work that no user of Cinder requested. */
const importer = 'scoria-import';

/** Creates what is missing; each step can be repeated. */
export async function importCatalog(tools: Tools, plan: Plan, present: Present): Promise<void> {
  const { database } = tools;
  const now = timestamp(tools.clock);
  for (const { specs, ...one } of plan.qosSpecs) {
    if (!present.qosSpecs.has(one.name)) await insertSpecs(database, { ...one, specs: JSON.stringify(specs), now });
  }
  for (const one of plan.types) await importType(tools, one, plan, present);
  await importLimits(database, plan, present);
}

async function importType(tools: Tools, one: PlannedType, plan: Plan, present: Present) {
  const { database } = tools;
  const now = timestamp(tools.clock);
  const there = present.types.get(one.name);
  const id = there ?? one.id;
  if (there === undefined) {
    const { name, description, isPublic, extraSpecs } = one;
    await insertType(database, {
      ...{ id, name, description, is_public: isPublic, extra_specs: JSON.stringify(extraSpecs), now },
    });
  } else if (there !== one.id) return;
  const specs = plan.qosSpecs.find((each) => each.id === one.qosSpecsId);
  if (specs !== undefined) {
    // Existing volumes of the type have these limits from now on.
    const limiting = { limits_id: tools.ids.uuid(), actor_id: importer, request_id: tools.requestId, trace: null };
    await associate(database, { id: present.qosSpecs.get(specs.name) ?? specs.id, type: id, now, ...limiting });
  }
  for (const project of one.projects) await addAccess(database, { id, project, now });
  if (one.encryption !== null) {
    const { encryption_id, provider, control_location, cipher, key_size } = one.encryption;
    await changeEncryption.create(database, {
      ...{ id, now, encryption_id: String(encryption_id), provider: String(provider) },
      ...{ control_location: textOf(control_location) ?? 'front-end', cipher: textOf(cipher) },
      key_size: key_size === null ? null : Number(key_size),
    });
  }
}

async function importLimits(database: Database, plan: Plan, present: Present): Promise<void> {
  const ids = new Map([...plan.types.map((one) => [one.name, one.id] as const), ...present.types]);
  const owners = Map.groupBy(plan.limits, (one) => `${one.isClass ? 'class' : 'project'}:${one.owner}`);
  for (const limits of owners.values()) {
    const [{ owner, isClass } = { owner: '', isClass: false }] = limits;
    const rows = limits.map((one) => asRow(one, ids));
    await (isClass ? writeClassQuotas : writeQuotas)(database, owner, rows);
  }
}

function asRow({ key, limit }: PlannedLimit, types: ReadonlyMap<string, string>) {
  const [, resource = key, name] = /^(volumes|gigabytes|snapshots)_(.+)$/.exec(key) ?? [];
  return { resource, type_id: name === undefined ? '' : (types.get(name) ?? ''), hard_limit: limit };
}
