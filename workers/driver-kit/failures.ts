// What drivers say alike.

import { DriverError } from '../driver.ts';

/** What every call that ran out of time rejects with: the effect may or may not have happened. */
export function expired(): DriverError {
  return new DriverError('transient', 'The back end did not finish in time. The same call can be made again.');
}

/** What a call rejects with whose object is not there. */
export function gone(what: 'volume' | 'snapshot' | 'source'): DriverError {
  return new DriverError('gone', `The ${what} is not on the back end.`);
}
