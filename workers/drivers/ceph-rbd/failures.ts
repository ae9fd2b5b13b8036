// The failures of the dashboard, in the words of the driver contract.
import { DriverError, type DriverFailure } from '../../driver.ts';

/** A failure with the errno that the dashboard names: 17 exists, 16 busy; 404 where it says that by its status. */
export class CephError extends DriverError {
  readonly code: number;

  constructor(failure: DriverFailure, message: string, code: number) {
    super(failure, message);
    this.code = code;
  }
}

/** By errno. What lost its connection to the storage daemons (107, 108, 110) may have happened. */
const failures: Readonly<Record<number, DriverFailure>> = {
  2: 'gone',
  404: 'gone',
  16: 'busy',
  17: 'conflict',
  26: 'busy',
  28: 'no-space',
  30: 'busy',
  39: 'busy',
  122: 'no-space',
  ...Object.fromEntries([5, 11, 103, 107, 108, 110].map((code) => [code, 'transient'])),
};

/** By the status of an answer and its body, or the exception of a task that has ended. */
export function failureOf(status: number, body: unknown): DriverError {
  const { code, detail } = (body ?? {}) as { code?: unknown; detail?: unknown };
  if (status === 401 || status === 403) {
    return new DriverError('fatal', 'The user of the Ceph dashboard may not do this. It needs the role block-manager.');
  }
  const number = status === 404 ? 404 : Number(code ?? 0);
  const says = typeof detail === 'string' ? detail.slice(0, 200) : `status ${status}`;
  const known = failures[number];
  if (known !== undefined) return new CephError(known, `Ceph refuses it: ${says}.`, number);
  // A manager on standby redirects to the active one; one that has just started has no dashboard yet.
  if (status >= 500 || status === 429 || status < 400) {
    return new DriverError('transient', `The Ceph dashboard answered ${status}.`);
  }
  return new CephError('fatal', `Ceph refuses it: ${says}.`, number);
}

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;

/** Why no answer came. */
export function unreachable(error: unknown): DriverError {
  const code = codeOf(error);
  const message = certificateCodes.test(code)
    ? `The certificate of the Ceph dashboard is not trusted: ${code}. Name its authority in NODE_EXTRA_CA_CERTS.`
    : 'The Ceph dashboard cannot be reached.';
  return new DriverError('transient', message, { cause: error });
}

/** Nobody was there to take the request, so that it may go to another manager. */
export const isRefused = (error: unknown) => /ECONNREFUSED|EHOSTUNREACH|ENOTFOUND/.test(codeOf(error));

function codeOf(error: unknown): string {
  const { cause, code } = (error ?? {}) as { cause?: unknown; code?: unknown };
  return typeof code === 'string' && code !== '' ? code : cause === undefined ? '' : codeOf(cause);
}
