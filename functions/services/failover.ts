// Failing over a back end to a replication target, and back to itself.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import { operationParameters } from '../../schema/operations.ts';
import { badRequest, type Fault } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { nudge } from '../http/work.ts';
import type { failoverBody } from './body.ts';
import { beginFailover, type FailoverFacts } from './store.ts';

/** How long a back end may take in all: it has to find every volume again. */
const withinSeconds = 3600;
/** The target that is no target: the back end itself. */
const home = 'default';

/** Answers at once; the service says `failing-over` until all volumes are found again. */
export async function failover(call: Call<Static<typeof failoverBody>>): Promise<void> {
  const { host, cluster, backend_id } = call.body;
  if (cluster && host) throw badRequest('Invalid input received: One and only one of cluster and host must be set.');
  if (cluster) throw badRequest(`Invalid input received: Cluster ${cluster} could not be found.`);
  if (!host) throw badRequest('Invalid input received: Host field is missing.');
  const target = backend_id || null;
  const { database, ids, clock } = call.ports;
  const begun = await beginFailover(database, {
    host,
    target,
    now: timestamp(clock),
    ...operationParameters({
      id: ids.uuid(),
      kind: 'service.failover',
      step: 'failover',
      actorId: call.actor.userId,
      withinSeconds,
      arguments: { host, target },
      requestId: call.requestId,
      trace: call.trace,
    }),
  });
  if (begun?.operation_id == null || begun.queue === null) throw refused(host, target, begun);
  await nudge(call, begun.queue, begun.operation_id);
}

function refused(host: string, target: string | null, facts: FailoverFacts | null): Fault {
  if (facts === null) {
    return badRequest(`Invalid input received: Service cinder-volume could not be found on host ${host}.`);
  }
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
