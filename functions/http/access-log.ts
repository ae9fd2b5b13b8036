// One line for each request that was answered: what it asked for, who sent it, and how it ended. Nobody's secret is in
// it: no path, no query, no body, no header but the name that the client gives itself.
import type { Log } from '../../infra/log/port.ts';
import type { Operation } from './operation.ts';

/** A client may call itself anything: enough of it to know it by. */
const longestName = 200;

export interface Answered {
  /** The operation that was chosen, or the only one of the route; null where there is no such route. */
  readonly operation: Operation | null;
  readonly request: Request;
  readonly requestId: string;
  readonly minor: number | null;
  readonly status: number;
  readonly milliseconds: number;
}

/**
 * Writes the event `request` at the level info, which is off unless SCORIA_LOG says otherwise: `operation` (its name,
 * as docs/operations.md has them; null: no such route), `method`, `status`, `microversion` (null: none was in force),
 * `client` (its User-Agent), `requestId` and `milliseconds`.
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
