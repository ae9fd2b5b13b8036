// Taking a snapshot: one statement; when it is refused, a second one says why.
import type { Static } from '@sinclair/typebox';
import { refusal } from '../../schema/machine.ts';
import { snapshotMachine } from '../../schema/snapshots.ts';
import type { TakeMove } from '../../schema/statements/snapshots.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import { badRequest, type Fault, notFound } from '../http/faults.ts';
import { at, type Call } from '../http/operation.ts';
import { reach, scopeParameter } from '../http/policy.ts';
import { quotaFault } from '../quota-sets/quotas.ts';
import { whyNot } from '../volumes/store.ts';
import { nudge, workParameters } from '../work/begin.ts';
import type { createBody } from './body.ts';
import { insertSnapshot } from './store.ts';
import { snapshotView } from './view.ts';

type Body = Static<typeof createBody>;

/** Takes a snapshot of a volume that is available; of one in use with `force`, and from 3.66 without it. */
export async function createSnapshot(call: Call<Body>): Promise<unknown> {
  const wanted = call.body.snapshot;
  const volumeId = wanted.volume_id;
  if (volumeId === null) throw noVolume('None');
  const move = at(call, 'snapshot-in-use') || wanted.force === true ? 'snapshot_in_use' : 'snapshot';
  if (at(call, 'snapshot-in-use') && wanted.force === false) throw await explain(call, move, volumeId, forceIsOver);
  const begun = workParameters(call, {
    kind: 'snapshot.create',
    step: 'create',
    machine: snapshotMachine,
    move: 'create',
  });
  const { database } = call.ports;
  const row = await insertSnapshot(database, reach(call.actor), move, {
    id: call.ports.ids.uuid(),
    volume_id: volumeId,
    name: (wanted.name === undefined ? wanted.display_name : wanted.name) ?? null,
    description: wanted.description ?? null,
    metadata: JSON.stringify(wanted.metadata ?? {}),
    schedule_id: null,
    ...begun,
  }).catch((error: unknown) => {
    throw quotaFault(error) ?? error;
  });
  if (row === null) throw await explain(call, move, volumeId);
  await nudge(call, row.queue, begun);
  return { snapshot: snapshotView.for(call, 'summary')(row) };
}

const noVolume = (id: string) => notFound(`Volume ${id} could not be found.`);

const forceIsOver =
  "Since microversion 3.66 the 'force' flag is invalid for this request.  For backward compatability, however, " +
  "when the 'force' flag is passed with a value evaluating to True, it is silently ignored.";

/** The refusals that are more precise than "the status must be …", in the order in which they are looked at. */
const refusals: readonly (readonly [name: string, text: string])[] = [
  ['frozen', 'Invalid input received: Modification operations are not allowed on frozen storage end points.'],
  ['unplaced', 'Invalid volume: The snapshot cannot be created because volume has not been scheduled to any host.'],
  ['maintenance', 'Invalid volume: The snapshot cannot be created when the volume is in maintenance mode.'],
  ['migrating', 'Invalid volume: Snapshot cannot be created while volume is migrating.'],
  ['error', 'Invalid volume: The snapshot cannot be created when the volume is in error status.'],
];

/** The fault of a refused creation: the volume is not there, or `otherwise`, or what stands in the way. */
async function explain(call: Call<unknown>, move: TakeMove, id: string, otherwise?: string): Promise<Fault> {
  const why = await whyNot(call.ports.database, move, { id, ...scopeParameter(reach(call.actor)) });
  if (why === null) return noVolume(id);
  if (otherwise !== undefined) return badRequest(otherwise);
  const standing = [...why.obstacles.split(','), why.status];
  const precise = refusals.find(([name]) => standing.includes(name));
  return badRequest(precise?.[1] ?? refusal(volumeMachine, move, why, { id }));
}
