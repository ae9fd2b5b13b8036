// Moving a volume to another host, by an administrator.
import type { Static } from '@sinclair/typebox';
import * as Type from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import { refusal } from '../../schema/machine.ts';
import { schedulerQueue } from '../../schema/operations.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import * as is from '../http/answer-types.ts';
import { badRequest, notFound } from '../http/faults.ts';
import { at, type Call, operation, type Resource } from '../http/operation.ts';
import { reach } from '../http/policy.ts';
import { dashed, flag, text, uuid } from '../http/schemas.ts';
import { onVolume } from '../volumes/store.ts';
import { nudge, workParameters } from '../work/begin.ts';
import { migrationRules } from './policy.ts';
import { beginMigration, completeMigration, whyNotMigrate } from './store.ts';

const strict = { additionalProperties: false } as const;
const migrateBody = Type.Object(
  {
    'os-migrate_volume': Type.Object(
      {
        host: Type.Optional(text({ nullable: true })),
        cluster: Type.Optional(text({ nullable: true, since: '3.16' })),
        force_host_copy: Type.Optional(flag()),
        lock_volume: Type.Optional(flag()),
      },
      strict,
    ),
  },
  strict,
);
const completionBody = Type.Object(
  {
    'os-migrate_volume_completion': Type.Object(
      { new_volume: uuid(), error: Type.Optional(flag({ nullable: true })) },
      strict,
    ),
  },
  strict,
);

/** How long the old back end has to free what it had. */
const freeSeconds = 600;

const absent = (id: string) => `Volume ${id} could not be found.`;

async function migrate(call: Call<Static<typeof migrateBody>, 'volume_id'>): Promise<void> {
  const id = call.params.volume_id;
  const wanted = call.body['os-migrate_volume'];
  const { host = null, cluster = null } = wanted;
  if ((host === null) === (cluster === null)) {
    throw badRequest(
      at(call, 'to-clusters') ? 'Must specify 1 and only 1 of: cluster, host.' : "'host' is a required property",
    );
  }
  const destination = { host, cluster };
  const begun = workParameters(call, {
    kind: 'volume.migrate',
    step: 'schedule',
    machine: volumeMachine,
    move: 'migrate',
    arguments: destination,
  });
  const locks = wanted.lock_volume === true;
  const isBegun = await beginMigration(call.ports.database, {
    id,
    ...destination,
    locks,
    moves_in_use: call.ports.compute !== undefined,
    ...begun,
  });
  if (!isBegun) throw await refused(call, id, destination, begun.now);
  await nudge(call, schedulerQueue, begun);
}

interface Destination {
  readonly host: string | null;
  readonly cluster: string | null;
}

async function refused(call: Call<unknown>, id: string, destination: Destination, now: string) {
  const why = await whyNotMigrate(call.ports.database, { id, ...destination, now });
  if (why === null) return notFound(absent(id));
  if (!why.has_destination) {
    return badRequest(`Invalid host: No available service named '${destination.cluster ?? destination.host}'`);
  }
  if (why.status === 'in-use' && why.obstacles === '' && why.host !== destination.host) {
    return badRequest(
      call.ports.compute === undefined
        ? 'Invalid volume: A volume in use is moved by its server, and there is no compute service (SCORIA_NOVA_URL).'
        : 'Invalid volume: A volume in use is moved by its server, and it must be attached to one server and nobody else.',
    );
  }
  return badRequest(refusal(volumeMachine, 'migrate', why, { id }));
}

/**
 * What the host of a server says of a volume in use that was to be moved: the server has gone over to the other half,
 * or could not. Nova asks the same after it has copied one volume to another by itself: then nothing is migrating,
 * and the new one is what it goes on with.
 */
async function complete(call: Call<Static<typeof completionBody>, 'volume_id'>) {
  const id = call.params.volume_id;
  const { new_volume: newId, error } = call.body['os-migrate_volume_completion'];
  const done = await completeMigration(call.ports.database, reach(call.actor), {
    id,
    new_id: newId,
    is_failed: error ?? false,
    now: timestamp(call.ports.clock),
    within_seconds: freeSeconds,
    request_id: call.requestId,
  });
  if (done === null) throw notFound(absent(id));
  if (!done.has_half) throw notFound(absent(newId));
  const { migration_status: status, half_status: half, operation_id: operation, queue, kind } = done;
  if (operation !== null && queue !== null && kind !== null) {
    await nudge(call, queue, { operation_id: operation, kind, attempt: done.attempt });
    return { save_volume_id: dashed(id) };
  }
  if (status === null && half === null) return { save_volume_id: dashed(newId) };
  if (status === null) throw badRequest('Invalid volume: Source volume not mid-migration.');
  if (half === null) throw badRequest('Invalid volume: Destination volume not mid-migration.');
  throw badRequest(`Invalid volume: Destination has migration_status ${half}, expected target:${dashed(id)}.`);
}

const common = {
  method: 'POST',
  path: '/volumes/{volume_id}/action',
  target: onVolume,
} as const;

export const migrations: Resource = {
  name: 'migration',
  rules: migrationRules,
  operations: [
    operation({
      ...common,
      name: 'volume-migrate',
      summary: 'Move a volume to another host',
      action: 'os-migrate_volume',
      policy: ['volume_extension:volume_admin_actions:migrate_volume'],
      success: 202,
      body: migrateBody,
      handler: migrate,
    }),
    operation({
      ...common,
      name: 'volume-migrate-completion',
      summary: 'Complete a migration that is waiting for it',
      action: 'os-migrate_volume_completion',
      policy: ['volume_extension:volume_admin_actions:migrate_volume_completion'],
      success: 200,
      body: completionBody,
      answers: is.object({ save_volume_id: is.uuid }),
      handler: complete,
    }),
  ],
};
