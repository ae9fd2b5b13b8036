// Waiting for a database that starts together with us, and may take longer.
import { setTimeout } from 'node:timers/promises';
import { isNotThereYet } from '../infra/database/failure.ts';
import { DatabaseError } from '../infra/database/port.ts';
import { CommandError, exit } from './command.ts';

export interface Waiting {
  /** Called on each try, to report the wait. */
  say(line: string): void;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

const retryMilliseconds = 500;
/** One line in ten seconds: enough to see that it waits and for what, and the log stays short. */
const sayMilliseconds = 10_000;

/**
 * Tries for that many seconds until the database answers. Throws the last error when the time is over, and at once
 * any error that waiting cannot fix: a wrong password, a database that is too old.
 */
export async function onceThere<Result>(
  seconds: number,
  { say, signal }: Waiting,
  open: () => Promise<Result>,
): Promise<Result> {
  const begun = performance.now();
  let saidAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const now = performance.now();
      if (!isNotThereYet(error) || now - begun >= seconds * 1000) throw error;
      if (signal?.aborted) throw interruptedWhile(error);
      if (now - saidAt >= sayMilliseconds) {
        const left = Math.ceil(seconds - (now - begun) / 1000);
        say(
          `the database is not there yet, waiting ${left} s for it: ${error instanceof DatabaseError ? error.reason : error}`,
        );
        saidAt = now;
      }
      await setTimeout(retryMilliseconds, undefined, signal && { signal }).catch(() => {
        throw interruptedWhile(error);
      });
    }
  }
}

const interruptedWhile = (error: unknown) =>
  new CommandError(
    `stopped while it waited for the database: ${error instanceof Error ? error.message : error}`,
    exit.ok,
  );
