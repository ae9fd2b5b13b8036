// The keys of requests: looked up after a failure, and forgotten when a request had no effect.
import type { Database } from '../../../infra/database/port.ts';
import { statement } from '../../../schema/statement.ts';
import { keptSeconds, type RequestKey } from './key.ts';

const findText = statement(
  'idempotency-keys.find',
  `SELECT k.request, k.told, k.rows::text AS rows,
  k.created_at < :now::timestamptz - make_interval(secs => ${keptSeconds}) AS is_over
FROM idempotency_keys k WHERE k.project_id = :project::text AND k.key = :key::text`,
);

export interface KeptRow {
  readonly request: string;
  readonly told: string;
  readonly rows: string;
  readonly is_over: boolean;
}

export async function findKey(database: Database, { project, key }: RequestKey, now: string): Promise<KeptRow | null> {
  const [row] = await database.all<KeptRow>(findText, { project, key, now });
  return row ?? null;
}

const forgetText = statement(
  'idempotency-keys.forget',
  'DELETE FROM idempotency_keys k WHERE k.project_id = :project::text AND k.key = :key::text AND k.request = :request::text',
);

export async function forgetKey(database: Database, key: RequestKey, request = key.request): Promise<void> {
  await database.all(forgetText, { project: key.project, key: key.key, request });
}

const runningText = statement(
  'idempotency-keys.operation',
  `SELECT o.status FROM operations o WHERE o.id = :id::uuid AND o.project_id = :project::text`,
);

/** Whether an operation of a repeated request is still queued or running. */
export async function isRunning(database: Database, project: string, id: string): Promise<boolean> {
  const [row] = await database.all<{ status: string }>(runningText, { id, project });
  return row?.status === 'queued' || row?.status === 'running';
}
