import { disconnectDone, disconnectFailed } from '../../../schema/attachments.ts';
import type { Connector } from '../../driver.ts';
import { type AttachmentJson, attachments, json, text, volume } from '../fragments.ts';
import { toVolume } from '../subjects.ts';
import { done, work } from '../work.ts';
import { isConnector } from './connect.ts';

/** Statuses in which a host may be using the volume. */
const live: readonly string[] = ['attaching', 'attached', 'detaching', 'error_detaching'];

/**
 * Closes the volume to the host of a connector, or to all hosts without one. A driver that tells hosts apart but not
 * attachments is not called while the host has another attachment of the volume.
 */
export const disconnectVolume = work({
  kind: 'volume.disconnect',
  does: 'closes a volume to a host, or to all; a request waits for it',
  steps: ['disconnect'],
  needs: { volume: volume(), attachments, attachmentId: text('attachment_id'), connector: json('connector') },
  uses: ['backend.disconnect', 'backend.byAttachment'],
  async run({ volume, attachments, attachmentId: own, connector: given }, _operation, { backend, call }) {
    const mine = attachments.find((one) => one.id === own);
    // The connector in the row, not that of the request: another connection may have come in between.
    if (own !== null && mine?.connector == null) return done();
    const connector = mine?.connector ?? (isConnector(given) ? given : null);
    const others = attachments.filter((one) => one.id !== own);
    const isShared = connector !== null && others.some((one) => isUsedBy(one, connector));
    if (isShared && backend.byAttachment === undefined) return done();
    // Connections of the older calls belong to no attachment: see connect.ts.
    const attachmentId = connector === null ? null : (own ?? volume.id);
    await backend.disconnect(toVolume(volume), connector, { attachmentId }, call);
    return done();
  },
  events: { done: 'volume.detach.end', failed: 'volume.detach.error' },
  message: { action: 'detachVolume', detail: 'driverFailedDisconnect' },
  done: { resource: disconnectDone },
  failed: { resource: disconnectFailed },
});

const isUsedBy = (attachment: AttachmentJson, { host }: Connector) =>
  typeof host === 'string' && live.includes(attachment.status) && attachment.connector?.host === host;
