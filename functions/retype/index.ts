// Changing a volume's type: in place where its pool satisfies the new type, else by moving it when the policy allows.
import type { Static } from '@sinclair/typebox';
import * as Type from '@sinclair/typebox';
import { refusal } from '../../schema/machine.ts';
import { schedulerQueue } from '../../schema/operations.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import { badRequest, notFound } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { reach, scopeParameter } from '../http/policy.ts';
import { text, word } from '../http/schemas.ts';
import { quotaFault } from '../quota-sets/quotas.ts';
import { onVolume } from '../volumes/store.ts';
import { nudge, workParameters } from '../work/begin.ts';
import { retypeRules } from './policy.ts';
import { beginRetype, type RetypeFacts, readRetypeFacts } from './store.ts';

const strict = { additionalProperties: false } as const;
const body = Type.Object(
  {
    'os-retype': Type.Object(
      {
        new_type: text({ min: 1 }),
        migration_policy: Type.Optional(word(['on-demand', 'never'], { nullable: true })),
      },
      strict,
    ),
  },
  strict,
);

const absent = (id: string) => `Volume ${id} could not be found.`;

async function retype(call: Call<Static<typeof body>, 'volume_id'>): Promise<void> {
  const id = call.params.volume_id;
  const wanted = call.body['os-retype'];
  const target = { id, ...scopeParameter(reach(call.actor)) };
  const facts = await readRetypeFacts(call.ports.database, {
    ...target,
    type: wanted.new_type,
    is_admin: call.actor.roles.has('admin'),
    project: call.actor.projectId,
  });
  if (facts === null) throw notFound(absent(id));
  const typeId = checkFacts(facts, wanted.new_type);
  if (!facts.multiattach && facts.new_is_multiattach) call.policy.require('volume:multiattach', call.actor);
  const begun = workParameters(call, {
    kind: 'volume.retype',
    step: 'schedule',
    machine: volumeMachine,
    move: 'retype',
    arguments: { new_type_id: typeId, may_migrate: wanted.migration_policy === 'on-demand' },
  });
  const isBegun = await beginRetype(call.ports.database, { ...target, type_id: typeId, ...begun }).catch(
    (error: unknown) => {
      throw quotaFault(error) ?? error;
    },
  );
  if (!isBegun) throw badRequest(refusal(volumeMachine, 'retype', facts));
  await nudge(call, schedulerQueue, begun);
}

/** The id of the new type. What the volume's state refuses, the guarded statement refuses. */
function checkFacts(facts: RetypeFacts, wanted: string): string {
  if (facts.new_type_id === null) {
    throw notFound(`Volume type ${wanted} could not be found.`);
  }
  if (facts.new_is_encrypted && facts.new_is_multiattach) {
    throw badRequest('Invalid volume: Multiattach cannot be used with encrypted volumes.');
  }
  // What is moved are the bytes as they lie there: nobody here opens them, so they stay as they are encrypted.
  if (!facts.encryption_matches || facts.new_is_encrypted !== facts.is_encrypted) {
    throw badRequest(
      'Invalid volume type: The new type does not encrypt as the volume is encrypted, and its data would have to be written again. Copy it to a new volume.',
    );
  }
  if (facts.multiattach !== facts.new_is_multiattach && facts.status !== 'available') {
    throw badRequest(
      'Invalid volume: Invalid volume_type passed: Retyping to a type with another multiattach capability needs an available volume.',
    );
  }
  return facts.new_type_id;
}

export const retypes: Resource = {
  name: 'retype',
  rules: retypeRules,
  operations: [
    operation({
      name: 'volume-retype',
      summary: 'Change the type of a volume',
      method: 'POST',
      path: '/volumes/{volume_id}/action',
      action: 'os-retype',
      policy: ['volume:retype'],
      success: 202,
      target: onVolume,
      body,
      handler: retype,
    }),
  ],
};
