// Checking a password or a secret, and what wrong ones lead to.
import { TooManySignIns, type Try } from '../../infra/identity/port.ts';
import { Fault } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { keystoneOf } from './keystone.ts';

/** What is kept of whoever says that it is them; null: there is nobody of that name. */
export interface Kept {
  readonly hash: string | null;
  /** Wrong passwords make nobody wait for this account: see the option ignore_lockout_failure_attempts. */
  readonly isNeverClosed: boolean;
}

/**
 * Whether the given text is the password of the account. Throws 429 while this address has to wait for this account.
 * The work and the counting are the same for an account that does not exist: `account` must be one name for it,
 * however the client names it.
 */
export async function isRight(call: Call<unknown>, account: string, given: string, kept: Kept): Promise<boolean> {
  const { passwords, guesses } = keystoneOf(call);
  const one: Try = { account, address: call.address };
  const wait = guesses.wait(one);
  // Also while it has to wait: else the time would tell whom it does not wait for.
  const right = await passwords.verify(given, kept.hash, one);
  if (right && kept.isNeverClosed) return true;
  if (wait > 0) throw tooManyWrong(wait);
  if (!right) {
    await guesses.wrong(one);
    return false;
  }
  // Many tries at once are all let in before the first is found wrong: those beyond the limit count for nothing.
  const late = await guesses.right(one);
  if (late > 0) throw tooManyWrong(late);
  return true;
}

/**
 * Who is refused is told so late: most clients of a flood ask again at once, and 230 of them keep a process busy with
 * refusing.
 */
const refusalMilliseconds = 2_000;

/** Does the work of a sign-in when its turn comes. `named`: the account as the client names it. */
export async function admit<T>(call: Call<unknown>, named: string, given: string, work: () => Promise<T>): Promise<T> {
  try {
    return await keystoneOf(call).passwords.admit({ account: named, address: call.address }, given, work);
  } catch (error) {
    if (error instanceof TooManySignIns) await call.ports.clock.sleep(refusalMilliseconds);
    throw error;
  }
}

const tooManyWrong = (seconds: number) =>
  new Fault(
    429,
    `Too many wrong passwords for this account. This one does not count; try again in ${seconds} seconds.`,
    {
      'Retry-After': String(seconds),
    },
  );
