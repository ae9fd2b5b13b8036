import type { Connector } from '../driver.ts';
import type { AttachmentJson } from '../store/claim.ts';
import { isConnector } from './connect-volume.ts';
import { resourceOf, toVolume } from './subjects.ts';
import type { Task } from './task.ts';

/** Statuses in which a host may be using the volume. */
const live: readonly string[] = ['attaching', 'attached', 'detaching', 'error_detaching'];

/**
 * Closes the volume to the host of a connector (to all hosts without one), unless another attachment of that host
 * remains: drivers know hosts, not attachments.
 */
export const disconnectVolume: Task = async (claimed, backend, call) => {
  const { volume, attachments } = resourceOf(claimed);
  const { attachment_id: own, connector: given } = claimed.arguments;
  const mine = attachments?.find((one) => one.id === own);
  // The row's connector and not the request's: a connection may have come between.
  if (typeof own === 'string' && mine?.connector == null) return { location: null };
  const connector = mine?.connector ?? (isConnector(given) ? given : null);
  const others = (attachments ?? []).filter((one) => one.id !== own);
  if (connector !== null && others.some((one) => isUsedBy(one, connector))) return { location: null };
  await backend.disconnect(toVolume(volume), connector, call);
  return { location: null };
};

const isUsedBy = (attachment: AttachmentJson, { host }: Connector) =>
  typeof host === 'string' && live.includes(attachment.status) && attachment.connector?.host === host;
