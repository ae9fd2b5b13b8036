// Failing over a back end to a replication target, and back to itself.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import { operationParameters } from '../../schema/operations.ts';
import { badRequest, type Fault } from '../http/faults.ts';
import { at, type Call } from '../http/operation.ts';
import { nudge } from '../work/begin.ts';
import { backendOf, type NamedBackend } from './backend.ts';
import type { failoverBody } from './body.ts';
import { absent } from './change.ts';
import { beginFailover, type FailoverFacts } from './store.ts';

/** How long a back end may take in all: it has to find every volume again. */
const withinSeconds = 3600;
/** The target that is no target: the back end itself. */
const home = 'default';

/** Answers at once; the service says `failing-over` until all volumes are found again. */
export async function failover(call: Call<Static<typeof failoverBody>>): Promise<void> {
  // Its answer to nothing at all is older than clusters.
  if (!call.body.host && !call.body.cluster) throw badRequest('Invalid input received: Host field is missing.');
  const named = backendOf(call.body, at(call, 'replicated-clusters'));
  const target = call.body.backend_id || null;
  const { database, ids, clock } = call.ports;
  const begun = await beginFailover(database, {
    ...named,
    target,
    now: timestamp(clock),
    ...operationParameters({
      id: ids.uuid(),
      kind: 'service.failover',
      step: 'failover',
      actorId: call.actor.userId,
      withinSeconds,
      arguments: { target },
      requestId: call.requestId,
      trace: call.trace,
    }),
  });
  if (begun.every((one) => one.operation_id === null)) throw refused(named, target, begun[0]);
  for (const { queue, operation_id } of begun) {
    if (queue !== null && operation_id !== null) await nudge(call, queue, { operation_id, kind: 'service.failover' });
  }
}

/** Why not, by the first of the back ends. */
function refused(named: NamedBackend, target: string | null, facts: FailoverFacts | undefined): Fault {
  if (facts === undefined) return badRequest(`Invalid input received: ${absent(named)}`);
  const { host } = facts;
  const targets = JSON.parse(facts.targets) as string[]; // written by workers
  const wrong = (why: string) => badRequest(`Invalid Replication Target: ${why}`);
  if (targets.length === 0) return wrong(`Back end ${host} has no replication targets.`);
  if (target !== null && target !== home && !targets.includes(target)) {
    return wrong(`Back end ${host} has no target ${target}; it has ${targets.join(', ')}.`);
  }
  if (target !== null && target === (facts.active_backend_id ?? home)) {
    return wrong(target === home ? `Back end ${host} is not failed over.` : `${target} serves ${host} already.`);
  }
  return badRequest('Invalid input received: Host replication_status must be enabled or failed-over to failover.');
}
