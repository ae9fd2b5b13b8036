import { connectDone, connectFailed, connectionPurpose } from '../../../schema/attachments.ts';
import { type Connector, DriverError } from '../../driver.ts';
import { specsForSize } from '../../driver-kit/limits.ts';
import { frontEndSpecs, json, text, volume } from '../fragments.ts';
import { ability, toVolume } from '../subjects.ts';
import { done, work } from '../work.ts';

/**
 * Opens the volume to the host of a connector. The fact `connection` is what the client receives: flat for an
 * attachment, nested as the driver returned it for a request without one. It is encrypted, because targets put
 * passwords into it (CHAP, keyrings), under names that only the driver knows.
 */
export const connectVolume = work({
  kind: 'volume.connect',
  does: 'opens a volume to a host; a request waits for it',
  steps: ['connect'],
  needs: {
    volume: volume('is_encrypted'),
    frontEndSpecs,
    attachmentId: text('attachment_id'),
    connector: json('connector'),
    mode: text('mode'),
  },
  uses: ['backend.connect', 'backend.opensEncrypted', 'secrets'],
  async run({ volume, frontEndSpecs, attachmentId, connector, mode: wanted }, operation, { backend, ports, call }) {
    if (!isConnector(connector)) throw new DriverError('fatal', 'There is no connector to connect to.');
    const mode = wanted === 'ro' ? 'ro' : 'rw';
    // Connections of the older calls belong to no attachment: there is one per volume and host.
    const options = { mode, attachmentId: attachmentId ?? volume.id } as const;
    const opening = toVolume(volume);
    if (opening.isEncrypted) ability(backend.opensEncrypted, 'open encrypted volumes for hosts');
    const opened = await backend.connect(opening, connector, options, call);
    // The fields that Cinder adds to those of a driver.
    const added = {
      qos_specs: frontEndSpecs == null ? null : specsForSize(frontEndSpecs, volume.size_gib),
      access_mode: mode,
      encrypted: volume.is_encrypted,
      cacheable: volume.extra_specs?.cacheable === '<is> True',
    };
    const data = { ...opened.data, ...added };
    const beside = {
      driver_volume_type: opened.driver_volume_type,
      enforce_multipath: connector.enforce_multipath === true,
    };
    const connection =
      attachmentId === null ? { ...beside, data } : { ...data, ...beside, attachment_id: attachmentId };
    const purpose = connectionPurpose(attachmentId ?? operation.id);
    return done(null, { connection: await ports.secrets.seal(JSON.stringify(connection), purpose) });
  },
  events: { done: 'volume.attach.connected', failed: 'volume.attach.error' },
  message: { action: 'updateAttachment', detail: 'driverFailedConnect' },
  done: {
    resource: connectDone,
    result: `CASE WHEN o.arguments ->> 'attachment_id' IS NULL THEN :facts::jsonb -> 'connection' END`,
  },
  // The sweeper sends the undo of a failed connection in its next round.
  failed: { resource: connectFailed(0) },
});

export const isConnector = (value: unknown): value is Connector =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
