// What we read of a connector. The rest is for the driver.
import type { Connector } from './body.ts';

/** The host that it is of; null when it does not say. */
export const hostOf = (connector: Connector) => (typeof connector.host === 'string' ? connector.host : null);

/** The mode that it asks for: `rw` unless it says `ro`. */
export const modeOf = (connector: Connector): 'rw' | 'ro' => (connector.mode === 'ro' ? 'ro' : 'rw');
