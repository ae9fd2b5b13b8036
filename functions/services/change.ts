// Enabling, disabling, freezing and thawing services.
import type { Static } from '@sinclair/typebox';
import { badRequest, notFound } from '../http/faults.ts';
import { at, type Call } from '../http/operation.ts';
import { backendOf, clusterNotFound, type NamedBackend } from './backend.ts';
import type { disableLogReasonBody, enableBody, freezeBody } from './body.ts';
import { setDisabled, setFrozen } from './store.ts';

const noService = (binary: string, host: string) => `Service ${binary} could not be found on host ${host}.`;

/** What is said where a back end that is named is not there: as one, where a host or cluster has several. */
export const absent = ({ host, cluster }: NamedBackend) =>
  host === null ? clusterNotFound(cluster) : noService('cinder-volume', host);

async function change(call: Call<Static<typeof enableBody>>, disabled: boolean, reason: string | null) {
  const { host, binary, service } = call.body;
  const wanted = binary ?? service;
  if (wanted === undefined) throw badRequest("'binary' is a required property");
  if (!host) throw badRequest('Invalid input received: Host field is missing.');
  const found = await setDisabled(call.ports.database, { host, binary: wanted.toLowerCase(), disabled, reason });
  if (found === null) throw notFound(noService(wanted, host));
  return {
    host: found,
    service: service ?? '',
    binary: binary ?? '',
    disabled,
    status: disabled ? 'disabled' : 'enabled',
  };
}

/** New volumes may be placed on it again; the reason why not is forgotten. */
export async function enable(call: Call<Static<typeof enableBody>>) {
  return { ...(await change(call, false, null)), disabled_reason: null };
}

/** No new volume is placed on it; those that are there go on being served. */
export function disable(call: Call<Static<typeof enableBody>>) {
  return change(call, true, null);
}

export async function disableLogReason(call: Call<Static<typeof disableLogReasonBody>>) {
  const reason = call.body.disabled_reason;
  return { ...(await change(call, true, reason)), disabled_reason: reason };
}

/**
 * While a back end is frozen, what is on it cannot be deleted or changed in size, and nothing new is placed there: its
 * service is disabled for that reason, and enabled again when it is thawed.
 */
export const freeze = (call: Call<Static<typeof freezeBody>>) => setFreeze(call, true);
export const thaw = (call: Call<Static<typeof freezeBody>>) => setFreeze(call, false);

async function setFreeze(call: Call<Static<typeof freezeBody>>, frozen: boolean): Promise<void> {
  const named = backendOf(call.body, at(call, 'replicated-clusters'));
  const changed = await setFrozen(call.ports.database, { ...named, frozen });
  if (changed === 0) throw badRequest(`Invalid input received: Host is ${frozen ? 'already' : 'not'} Frozen.`);
  if (changed !== null) return;
  // 400 and not 404, as always here.
  throw badRequest(`Invalid input received: ${absent(named)}`);
}
