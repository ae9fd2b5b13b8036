// Sees every error that a back end rejects with, so that the suite can hold all of them against the contract.

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { type Backend, DriverError, type DriverFailure } from '../../workers/driver.ts';

const failures: Readonly<Record<DriverFailure, true>> = {
  transient: true,
  busy: true,
  conflict: true,
  'not-supported': true,
  'no-space': true,
  gone: true,
  fatal: true,
};

/** The same back end; whatever any of its methods throws or rejects with is also given to `seen`. */
export function watched(backend: Backend, seen: (error: unknown) => void): Backend {
  return watchedObject(backend, seen);
}

/** Rejects an error that is no DriverError, says nothing, or tells a secret. */
export function assertContractError(error: unknown, secrets: readonly string[]): void {
  assert.ok(error instanceof DriverError, `a driver rejects with a DriverError only, not with ${inspect(error)}`);
  assert.ok(failures[error.failure], `"${error.failure}" is a failure that the contract knows`);
  assert.match(error.message, /^\S.*[.:!?]/, 'the message begins with a sentence for the user');
  const text = inspect(error, { depth: 10 });
  for (const secret of secrets) assert.ok(!text.includes(secret), `an error tells a secret: ${error.message}`);
}

function watchedObject<T extends object>(object: T, seen: (error: unknown) => void): T {
  return new Proxy(object, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value === 'function')
        return (...args: unknown[]) => watchedCall(() => Reflect.apply(value, target, args), seen);
      return typeof value === 'object' && value !== null ? watchedObject(value, seen) : value;
    },
  });
}

async function watchedCall(run: () => unknown, seen: (error: unknown) => void): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    seen(error);
    throw error;
  }
}
