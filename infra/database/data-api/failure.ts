// What the Data API answers when something goes wrong, in the words of the port.
import { DatabaseError, refusedState } from '../port.ts';
import { failureOf } from '../sql-state.ts';
import { DataApiFault } from './transport.ts';

/** Why a call surely did nothing and may be sent again; null when it may have done something, or never will. */
export type Pause = 'resuming' | 'throttled' | null;

export function pauseOf(error: unknown): Pause {
  if (!(error instanceof DataApiFault)) return null;
  if (error.name === 'DatabaseResumingException') return 'resuming';
  return /^Throttl|^TooManyRequests|^RequestLimitExceeded|^SlowDown/.test(error.name) || error.status === 429
    ? 'throttled'
    : null;
}

/** The result is larger than the service gives at once, or a row of it is. */
export const isTooLarge = (error: unknown) =>
  error instanceof DataApiFault && error.status === 400 && /size limit/i.test(error.message) && sqlOf(error) === null;

/**
 * What PostgreSQL says of a statement that writes where only reading is possible: in such a transaction, or in the
 * place of a table (a syntax error, or CTEs that write and are not at the top).
 */
export const isWriting = (error: unknown) =>
  error instanceof DataApiFault && ['25006', '42601', '0A000'].includes(sqlOf(error)?.state ?? '');

/** By the service's exceptions that carry no SQLSTATE: one that says the same. */
const states: Readonly<Record<string, string>> = {
  DatabaseResumingException: '57P03',
  DatabaseUnavailableException: '57P03',
  DatabaseNotFoundException: '3D000',
  InvalidResourceStateException: '57P03',
  StatementTimeoutException: '57014',
  TransactionNotFoundException: '25P03',
  InternalServerErrorException: '58000',
  InternalServerError: '58000',
  ServiceUnavailableError: '57P03',
  AccessDeniedException: '28000',
  ForbiddenException: '28000',
  HttpEndpointNotEnabledException: '28000',
  InvalidSecretException: '28000',
  InvalidSignatureException: '28000',
  UnrecognizedClientException: '28000',
  ExpiredTokenException: '28000',
  SecretsErrorException: '28000',
  NotFoundException: '28000',
  UnsupportedResultException: '0A000',
  BadRequestException: '42000',
  ValidationException: '42000',
};

/** Any error of a transport as the port's own: the only error that leaves the adapter. */
export function dataApiError(error: unknown, statement: string): DatabaseError {
  if (error instanceof DatabaseError) return error;
  if (error instanceof DataApiFault) return ofService(error, statement);
  if (error instanceof TypeError && !(error.cause instanceof Error)) {
    return new DatabaseError('broken', error.message, 'XX000', statement, { cause: error });
  }
  // fetch says no more than that it failed; what happened is its cause.
  const cause = error instanceof TypeError ? error.cause : error;
  const message = cause instanceof Error ? cause.message || cause.name : String(cause);
  return new DatabaseError('unavailable', message, '08006', statement, { cause });
}

function ofService(fault: DataApiFault, statement: string): DatabaseError {
  const sql = sqlOf(fault);
  if (sql !== null) return new DatabaseError(failureOf(sql.state), reasonOf(sql), sql.state, statement);
  if (isTooLarge(fault) || fault.status === 413) {
    return new DatabaseError('broken', fault.message || 'the statement is too large', '54000', statement);
  }
  const state =
    pauseOf(fault) === 'throttled' ? '53400' : (states[fault.name] ?? (fault.status < 500 ? '42000' : '58000'));
  return new DatabaseError(failureOf(state), `${fault.name}: ${fault.message}`, state, statement);
}

interface SqlError {
  readonly message: string;
  readonly detail: string | undefined;
  readonly state: string;
}

/** `ERROR: message\n  Detail: …\n  Where: …; SQLState: 23505`: PostgreSQL's error as JDBC tells it. */
const pattern =
  /^(?:ERROR|FATAL|PANIC): ([\s\S]*?)(?:\n {2}Detail: ([\s\S]*?))?(?:(?:\n {2}|; )(?:Hint|Position|Where|Internal \w+|Location): [\s\S]*)?; SQLState: ([0-9A-Z]{5})$/;

function sqlOf({ message }: DataApiFault): SqlError | null {
  const [, text, detail, state] = pattern.exec(message.trim()) ?? [];
  return text === undefined || state === undefined ? null : { message: text, detail, state };
}

function reasonOf({ message, detail, state }: SqlError): string {
  // The name of the constraint, which the text only quotes; a not-null violation (23502) names its column.
  if (state.startsWith('23')) return /(?:constraint|in column) "([^"]+)"/.exec(message)?.[1] ?? message;
  return state === refusedState || detail === undefined ? message : `${message} (${detail})`;
}
