// What the Data API answers when something goes wrong: an exception by its name, and PostgreSQL's words as JDBC tells
// them.
import pg from 'pg';

export class ApiError extends Error {
  override readonly name: string;
  readonly status: number;

  constructor(name: string, status: number, message: string) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

export const badRequest = (message: string) => new ApiError('BadRequestException', 400, message);

/** What a sleeping cluster says until it has come up. */
export const resuming = () =>
  new ApiError(
    'DatabaseResumingException',
    400,
    'The Aurora DB instance is resuming after being auto-paused. Please wait a few seconds and try again.',
  );

/** An error of the database behind, in the service's words. */
export function fromDatabase(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (!(error instanceof pg.DatabaseError)) {
    const message = error instanceof Error ? error.message : String(error);
    return new ApiError('DatabaseUnavailableException', 504, `The database is not available: ${message}`);
  }
  if (error.code === '42601' && /multiple commands/.test(error.message)) {
    return badRequest("Multistatements aren't supported.");
  }
  // Its own limit, and the one of the service when a caller has to be told of it.
  if (error.code === '57014') return new ApiError('StatementTimeoutException', 400, 'Request timed out');
  return new ApiError('DatabaseErrorException', 400, `${told(error)}; SQLState: ${error.code}`);
}

function told(error: pg.DatabaseError): string {
  const { severity = 'ERROR', message, detail, hint, position, where } = error;
  const parts = { Detail: detail, Hint: hint, Position: position, Where: where };
  const lines = Object.entries(parts).flatMap(([label, text]) => (text ? [`\n  ${label}: ${text}`] : []));
  return `${severity}: ${message}${lines.join('')}`;
}
