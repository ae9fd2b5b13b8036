// Who may take a volume from a server (CVE-2023-2088).
import { isTimeout, withTimeout } from '../../infra/clock/port.ts';
import { ComputeError } from '../../infra/compute/port.ts';
import { Fault } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';

/**
 * Whether the call may remove an attachment that a server uses: only with a service token, which Nova shows. The
 * roles of the caller's own token do not count, not even an admin's: the server would go on writing to the volume.
 * Everybody else may when Nova says that the server does not have it: see isLeftBehind().
 */
export const mayDetach = ({ service }: Pick<Call<unknown>, 'actor' | 'service'>): boolean =>
  service?.roles.has('service') === true;

/** How long Nova is asked in all, however many servers there are. */
const askSeconds = 10;

/**
 * Whether no server of these has the volume, so that whoever may remove its attachments may do so. Only Nova can tell:
 * where there is none, or it cannot be asked, they count as used. That a server has the volume by another attachment is
 * not enough: so it is amid a live migration, when the old one is in use all the same.
 */
export async function isLeftBehind(call: Call<unknown>, volume: string, servers: readonly string[]): Promise<boolean> {
  const { clock, compute, log } = call.ports;
  if (compute === undefined) return false;
  try {
    return await withTimeout(clock, askSeconds * 1000, async (signal) => {
      for (const server of servers) if (await compute.uses(server, volume, signal)) return false;
      return true;
    });
  } catch (error) {
    if (!(error instanceof ComputeError || isTimeout(error))) throw error;
    const reason = error instanceof Error ? error.message : '';
    log.warn('compute-unavailable', { requestId: call.requestId, reason });
    return false;
  }
}

export function usedByNova(instance: string | null): Fault {
  return new Fault(409, `ConflictNovaUsingAttachment: Detach volume from instance ${instance} using the Compute API`);
}
