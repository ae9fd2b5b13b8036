// Who may take a volume from a server (CVE-2023-2088).
import { Fault } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';

/**
 * Whether the call may remove an attachment that a server uses: Nova itself, which shows a service token, and admins.
 * Cinder asks Nova whether it still knows the volume; without Nova nobody can be asked, so everybody else is refused.
 */
export function mayDetach({ actor, service }: Call<unknown>): boolean {
  return service?.roles.has('service') === true || actor.roles.has('service') || actor.roles.has('admin');
}

export function usedByNova(instance: string | null): Fault {
  return new Fault(409, `ConflictNovaUsingAttachment: Detach volume from instance ${instance} using the Compute API`);
}
