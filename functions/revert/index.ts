// Putting a volume back to its newest snapshot.
import type { Static } from '@sinclair/typebox';
import * as Type from '@sinclair/typebox';
import { refusal } from '../../schema/machine.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import { badRequest, conflict, type Fault, notFound } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { reach, scopeParameter } from '../http/policy.ts';
import { uuid } from '../http/schemas.ts';
import { onVolume } from '../volumes/store.ts';
import { nudge, workParameters } from '../work/begin.ts';
import { revertRules } from './policy.ts';
import { beginRevert, type RevertWhy, whyNotRevert } from './store.ts';

const body = Type.Object(
  { revert: Type.Object({ snapshot_id: uuid() }, { additionalProperties: false }) },
  { additionalProperties: false },
);

const absent = (id: string) => `Volume ${id} could not be found.`;

async function revert(call: Call<Static<typeof body>, 'volume_id'>): Promise<void> {
  const id = call.params.volume_id;
  const target = { id, snapshot_id: call.body.revert.snapshot_id, ...scopeParameter(reach(call.actor)) };
  const begun = workParameters(call, {
    kind: 'volume.revert',
    step: 'revert',
    machine: volumeMachine,
    move: 'revert',
    arguments: { snapshot_id: target.snapshot_id },
  });
  const done = await beginRevert(call.ports.database, { ...target, ...begun });
  if (done === null) throw refused(target.id, target.snapshot_id, await whyNotRevert(call.ports.database, target));
  await nudge(call, done.queue, begun);
}

function refused(id: string, snapshotId: string, why: RevertWhy | null): Fault {
  if (why === null) return notFound(absent(id));
  if (why.snapshot_id === null) return notFound(`Snapshot ${snapshotId} could not be found.`);
  if (!why.is_own) return badRequest(`Invalid snapshot: Snapshot ${snapshotId} doesn't belong to volume ${id}.`);
  if (!why.is_newest) {
    return badRequest(
      `Invalid input received: Specified snapshot_id ${snapshotId} isn't the latest one of volume ${id}.`,
    );
  }
  if (why.size_gib !== why.snapshot_size) {
    return badRequest(
      `Invalid input received: Can't revert volume ${id} to its latest snapshot ${snapshotId}. The volume size must be equal to the snapshot size.`,
    );
  }
  if (why.status !== 'available') {
    return conflict(
      `Invalid volume: Can't revert volume ${id} to its latest snapshot. Volume must be available, and it is ${why.status}.`,
    );
  }
  if (why.obstacles.includes('frozen')) {
    return badRequest('Invalid input received: Modification operations are not allowed on frozen storage end points.');
  }
  if (why.obstacles !== '') return conflict(refusal(volumeMachine, 'revert', why, { id }));
  return conflict(
    `Invalid snapshot: Can't revert volume ${id} to its latest snapshot ${snapshotId}, which is ${why.snapshot_status}.`,
  );
}

export const reverts: Resource = {
  name: 'revert',
  rules: revertRules,
  operations: [
    operation({
      name: 'volume-revert',
      summary: 'Revert a volume to its newest snapshot',
      method: 'POST',
      path: '/volumes/{volume_id}/action',
      action: 'revert',
      since: '3.40',
      policy: ['volume:revert_to_snapshot'],
      success: 202,
      target: onVolume,
      body,
      handler: revert,
    }),
  ],
};
