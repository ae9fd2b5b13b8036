// One line for each request: what it asked for, who sent it, and how it ended. It holds no secrets: no path, no
// query, no body, and no header but User-Agent.
import type { Log } from '../../infra/log/port.ts';
import type { Operation } from './operation.ts';

/** A client may call itself anything; this many characters are enough to recognise it. */
const longestName = 200;

export interface Answered {
  /** The operation that was chosen, or the only one of the route; null when there is no such route. */
  readonly operation: Operation | null;
  readonly request: Request;
  readonly requestId: string;
  readonly minor: number | null;
  readonly status: number;
  readonly milliseconds: number;
}

/**
 * Writes the event `request` at the level info, which is off unless SCORIA_LOG turns it on: `operation` (its name, as
 * in docs/operations.md; null: no such route), `method`, `status`, `microversion` (null: none was in force), `client`
 * (its User-Agent), `requestId` and `milliseconds`.
 */
export function logRequest(log: Log, answered: Answered): void {
  log.info('request', {
    operation: answered.operation?.name ?? null,
    method: answered.request.method,
    status: answered.status,
    microversion: answered.minor === null ? null : `3.${answered.minor}`,
    client: answered.request.headers.get('user-agent')?.slice(0, longestName) ?? null,
    requestId: answered.requestId,
    milliseconds: answered.milliseconds,
  });
}
