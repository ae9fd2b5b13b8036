// The statements of each request, told apart from those of others that run at the same time and from the workers'.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Database, Parameters, Statement } from '../../infra/database/port.ts';
import { budgetOf } from '../budget/budgets.ts';

const requests = new AsyncLocalStorage<string[]>();

/** The database as the API gets it: each statement is written down for the request that sends it. */
export function perRequest(database: Database): Database {
  return {
    ...database,
    all<Row>(statement: Statement, parameters?: Parameters): Promise<Row[]> {
      requests.getStore()?.push(statement.name);
      return database.all<Row>(statement, parameters);
    },
  };
}

/** What a request answers, and the names of the statements that it has sent. */
export async function countingRequest<Answer>(ask: () => Promise<Answer>): Promise<readonly [Answer, string[]]> {
  const sent: string[] = [];
  return [await requests.run(sent, ask), sent];
}

/** How often a request that waits may look, in its 25 s. */
const mostLooks = 40;

/** Fails when a request has sent more statements than the row of its operation allows; none without an operation. */
export function assertAffordable(
  operation: string | null,
  sent: readonly string[],
  further: number,
  waited: boolean,
): void {
  const most = operation === null ? 0 : budgetOf(operation) + further;
  // What a repetition or a refusal asks about its Idempotency-Key comes on top; a key whose day is over has all of it
  // once more.
  const own = sent.filter((name) => !name.startsWith('idempotency-keys.'));
  const times = waited ? mostLooks : sent.includes('idempotency-keys.forget') ? 2 : 1;
  if (own.length > most * times) {
    throw new Error(
      `${operation ?? 'No operation'} sent ${sent.join(', ')}: more than the ${most} of its row in test/budget/budgets.ts`,
    );
  }
}
