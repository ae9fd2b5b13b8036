// The SQL of operations as they are shown to whoever follows them.
import type { Database } from '../../../infra/database/port.ts';
import { cancellable, isUntouched } from '../../../schema/operations.ts';
import { fragment, type ParametersOf, statement } from '../../../schema/statement.ts';
import type { ListQuery } from '../../http/list.ts';
import { type Page, readPage } from '../../http/pagination.ts';
import { type Scope, scopeParameter } from '../../http/policy.ts';
import { operationList } from './query.ts';

export interface OperationRow {
  readonly id: string;
  readonly kind: string;
  readonly status: 'queued' | 'running' | 'done' | 'failed';
  readonly step: string;
  readonly attempt: number;
  readonly resource_type: string;
  readonly resource_id: string;
  readonly project_id: string;
  readonly user_id: string;
  readonly request_id: string | null;
  readonly cause: string | null;
  readonly cancelled_by: string | null;
  readonly explanation: string | null;
  readonly deadline: string;
  readonly created_at: string;
  readonly updated_at: string;
}

const utc = (column: string) => `(r.${column} AT TIME ZONE 'UTC')::text AS ${column}`;

const operationColumns = `r.id::text AS id, r.kind, r.status, r.step, r.attempt, r.resource_type,
  r.resource_id::text AS resource_id, r.project_id, r.user_id, r.request_id, r.cause, r.cancelled_by, r.explanation::text AS explanation,
  ${utc('deadline')}, ${utc('created_at')}, ${utc('updated_at')}`;

const showText = statement(
  'operations.show',
  `SELECT ${operationColumns} FROM operations r
WHERE r.id = :id::uuid AND (:scope::text IS NULL OR r.project_id = :scope::text)`,
);

/** The operation, or null when it is not within the scope or was removed with its age. */
export async function findOperation(database: Database, scope: Scope, id: string): Promise<OperationRow | null> {
  const [row] = await showText.all<OperationRow>(database, { id, ...scopeParameter(scope) });
  return row ?? null;
}

const kinds = cancellable.map((kind) => `'${kind}'`).join(', ');

// Its time is over: a worker that claims it, or else the sweeper, ends it. Cancelled twice it is the first one's.
const cancelText = statement(
  'operations.cancel',
  [
    fragment(
      'cancelled',
      `UPDATE operations r SET cancelled_by = COALESCE(r.cancelled_by, :user::text), updated_at = :now::timestamptz,
    deadline = LEAST(r.deadline, :now::timestamptz), lease_until = LEAST(r.lease_until, :now::timestamptz)
  WHERE r.id = :id::uuid AND (:scope::text IS NULL OR r.project_id = :scope::text) AND r.status = 'queued'
    AND ${isUntouched} AND r.kind IN (${kinds})
  RETURNING r.*`,
    ),
  ],
  `SELECT ${operationColumns} FROM cancelled r`,
);

/** The operation, which nobody will begin any more; null when it is not within the scope, or is not to be cancelled. */
export async function cancelOperation(
  database: Database,
  parameters: ParametersOf<typeof cancelText>,
): Promise<OperationRow | null> {
  const [row] = await cancelText.all<OperationRow>(database, parameters);
  return row ?? null;
}

export function listOperations(database: Database, query: ListQuery, scope: Scope): Promise<Page<OperationRow>> {
  const source = { name: 'operations.list', columns: operationColumns, from: 'operations r' };
  return readPage(database, source, operationList, query, scope);
}
