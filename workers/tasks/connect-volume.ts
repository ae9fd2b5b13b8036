import type { ConnectionInfo, Connector } from '../driver.ts';
import { DriverError } from '../driver.ts';
import { resourceOf, toVolume } from './subjects.ts';
import type { Task } from './task.ts';

/**
 * Opens the volume to the host of a connector. The fact `connection` is what the client is handed: flat for an
 * attachment, and nested as the driver said it for a request that has none.
 */
export const connectVolume: Task = async (claimed, backend, call) => {
  const { volume } = resourceOf(claimed);
  const { attachment_id: attachment, connector, mode: wanted } = claimed.arguments;
  if (!isConnector(connector)) throw new DriverError('fatal', 'There is no connector to connect to.');
  const attachmentId = typeof attachment === 'string' ? attachment : null;
  const mode = wanted === 'ro' ? 'ro' : 'rw';
  // Connections of the older calls belong to no attachment: there is one for each volume and host.
  const options = { mode, attachmentId: attachmentId ?? volume.id } as const;
  const said = await backend.connect(toVolume(volume), connector, options, call);
  const connection = attachmentId === null ? nested(said, connector, mode) : flat(said, connector, mode, attachmentId);
  return { location: null, facts: { connection } };
};

export const isConnector = (value: unknown): value is Connector =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What Cinder adds to the words of a driver. */
const added = (mode: 'rw' | 'ro') => ({ qos_specs: null, access_mode: mode, encrypted: false, cacheable: false });

const enforces = (connector: Connector) => connector.enforce_multipath === true;

function nested(said: ConnectionInfo, connector: Connector, mode: 'rw' | 'ro') {
  return {
    driver_volume_type: said.driver_volume_type,
    data: { ...said.data, ...added(mode) },
    enforce_multipath: enforces(connector),
  };
}

function flat(said: ConnectionInfo, connector: Connector, mode: 'rw' | 'ro', attachmentId: string) {
  return {
    ...said.data,
    ...added(mode),
    driver_volume_type: said.driver_volume_type,
    attachment_id: attachmentId,
    enforce_multipath: enforces(connector),
  };
}
