// The SQL of operations as they are shown to whoever follows them.
import type { Database } from '../../../infra/database/port.ts';
import { statement } from '../../../schema/statement.ts';
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
  readonly explanation: string | null;
  readonly deadline: string;
  readonly created_at: string;
  readonly updated_at: string;
}

const utc = (column: string) => `(r.${column} AT TIME ZONE 'UTC')::text AS ${column}`;

const operationColumns = `r.id::text AS id, r.kind, r.status, r.step, r.attempt, r.resource_type,
  r.resource_id::text AS resource_id, r.project_id, r.user_id, r.request_id, r.cause, r.explanation::text AS explanation,
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

export function listOperations(database: Database, query: ListQuery, scope: Scope): Promise<Page<OperationRow>> {
  const source = { name: 'operations.list', columns: operationColumns, from: 'operations r' };
  return readPage(database, source, operationList, query, scope);
}
