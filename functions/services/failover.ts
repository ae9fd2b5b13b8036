// Failing over a back end to its replication target.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import { badRequest } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import type { failoverBody } from './body.ts';
import { listServices } from './store.ts';

/**
 * Refuses always: no driver replicates yet, so no back end has anywhere to fail over to. Said at once, and not by a
 * service that goes into an error state later.
 */
export async function failover(call: Call<Static<typeof failoverBody>>): Promise<never> {
  const { host, cluster } = call.body;
  if (cluster && host) throw badRequest('Invalid input received: One and only one of cluster and host must be set.');
  if (cluster) throw badRequest(`Invalid input received: Cluster ${cluster} could not be found.`);
  if (!host) throw badRequest('Invalid input received: Host field is missing.');
  const now = timestamp(call.ports.clock);
  const found = await listServices(call.ports.database, { binary: 'cinder-volume', host, now });
  if (!found.some((one) => one.host === host)) {
    throw badRequest(`Invalid input received: Service cinder-volume could not be found on host ${host}.`);
  }
  throw badRequest(`Invalid Replication Target: Back end ${host} has no replication targets.`);
}
