import { connectionPurpose } from '../../schema/attachments.ts';
import { type Connector, DriverError } from '../driver.ts';
import type { ResourceJson } from '../store/claim.ts';
import { frontEndQos } from './front-end-qos.ts';
import { resourceOf, toVolume } from './subjects.ts';
import type { Task } from './task.ts';

/**
 * Opens the volume to the host of a connector. The fact `connection` is what the client is handed: flat for an
 * attachment, and nested as the driver said it for a request that has none. It is sealed: targets tell their passwords
 * in it (CHAP, keyrings), under names that are the driver's own.
 */
export const connectVolume: Task = async (claimed, backend, call, { secrets }) => {
  const resource = resourceOf(claimed);
  const { attachment_id: attachment, connector, mode: wanted } = claimed.arguments;
  if (!isConnector(connector)) throw new DriverError('fatal', 'There is no connector to connect to.');
  const attachmentId = typeof attachment === 'string' ? attachment : null;
  const mode = wanted === 'ro' ? 'ro' : 'rw';
  // Connections of the older calls belong to no attachment: there is one for each volume and host.
  const options = { mode, attachmentId: attachmentId ?? resource.volume.id } as const;
  const said = await backend.connect(toVolume(resource.volume), connector, options, call);
  const data = { ...said.data, ...addedTo(resource, mode) };
  const beside = {
    driver_volume_type: said.driver_volume_type,
    enforce_multipath: connector.enforce_multipath === true,
  };
  const connection = attachmentId === null ? { ...beside, data } : { ...data, ...beside, attachment_id: attachmentId };
  const sealed = await secrets.seal(JSON.stringify(connection), connectionPurpose(attachmentId ?? claimed.id));
  return { location: null, facts: { connection: sealed } };
};

export const isConnector = (value: unknown): value is Connector =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What Cinder adds to the words of a driver. */
const addedTo = (resource: ResourceJson, mode: 'rw' | 'ro') => ({
  qos_specs: frontEndQos(resource.front_end_qos, resource.volume.size_gib),
  access_mode: mode,
  encrypted: resource.is_encrypted ?? false,
  cacheable: resource.volume.extra_specs?.cacheable === '<is> True',
});
