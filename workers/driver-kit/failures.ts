// Errors that several drivers share.

import { DriverError } from '../driver.ts';

/** The error of every call that ran out of time: the effect may or may not have happened. */
export function expired(): DriverError {
  return new DriverError('transient', 'The back end did not finish in time. The same call can be made again.');
}

/** The error of a call whose object does not exist. */
export function gone(what: 'volume' | 'snapshot' | 'source'): DriverError {
  return new DriverError('gone', `The ${what} is not on the back end.`);
}
