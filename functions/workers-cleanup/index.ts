// Workers cleanup: asks for what is swept all the time anyway.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import * as is from '../http/answer-types.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { cleanupBody } from './body.ts';
import { workersCleanupRules } from './policy.ts';
import { makeDue } from './store.ts';

/**
 * The work of dead workers goes on when their leases run out; what nobody has claimed is sent now. Named are the
 * services whose work that is: who is up will take it, and for who is down it waits.
 */
async function cleanup(call: Call<Static<typeof cleanupBody>>) {
  const { host, binary = null, resource_id = null, resource_type = null, cluster_name } = call.body;
  const services = {
    disabled: call.body.disabled ?? null,
    is_up: call.body.is_up ?? null,
    cluster: cluster_name || null,
  };
  const now = timestamp(call.ports.clock);
  const parameters = { binary, resource_id, resource_type, ...services, now };
  const found = await makeDue(call.ports.database, host || null, parameters);
  const named = (isUp: boolean) => found.filter((one) => one.is_up === isUp).map(({ is_up: _, ...service }) => service);
  return { cleaning: named(true), unavailable: named(false) };
}

const service = is.object({ id: is.text, host: is.text, binary: is.text, cluster_name: is.orNull(is.text) });

export const workersCleanup: Resource = {
  name: 'workers-cleanup',
  rules: workersCleanupRules,
  operations: [
    operation({
      name: 'workers-cleanup',
      summary: 'Send unclaimed work again now',
      method: 'POST',
      path: '/workers/cleanup',
      since: '3.24',
      policy: ['workers:cleanup'],
      success: 202,
      body: cleanupBody,
      answers: is.object({ cleaning: is.listOf(service), unavailable: is.listOf(service) }),
      handler: cleanup,
    }),
  ],
};
