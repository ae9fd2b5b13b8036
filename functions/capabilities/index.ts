// Capabilities: what a back end can do, as it last said.
import { notFound } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { capabilityRules } from './policy.ts';
import { findCapabilities } from './store.ts';
import { capabilitiesType, capabilitiesView } from './view.ts';

/** The worker is not asked: no request waits for a back end. */
async function show(call: Call<unknown, 'host_name'>) {
  const host = call.params.host_name;
  const row = host.includes('\u0000') ? null : await findCapabilities(call.ports.database, host);
  if (row === null) throw notFound(`Service cinder-volume could not be found on host ${host.slice(0, 255)}.`);
  return capabilitiesView(row);
}

export const capabilities: Resource = {
  name: 'capabilities',
  rules: capabilityRules,
  operations: [
    operation({
      name: 'capabilities-show',
      summary: 'Show the capabilities of a back end',
      method: 'GET',
      path: '/capabilities/{host_name}',
      policy: ['volume_extension:capabilities'],
      success: 200,
      answers: capabilitiesType,
      handler: show,
    }),
  ],
};
