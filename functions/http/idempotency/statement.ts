// Extends a statement that writes, so that it also keeps the key of its request: still one statement.
import type { Statement } from '../../../infra/database/port.ts';
import { recent } from '../../../infra/recent/port.ts';
import { asCte, mainOf } from '../../../schema/statement.ts';

const keyed = recent<Statement | 'reads'>(1000);

/**
 * The same statement, which also keeps the key of its request and the rows that it returns; null for one that writes
 * nothing. It needs the parameters `kept_…` as well. Violates `idempotency_keys_once` when the key exists already.
 */
export function withKey(statement: Statement): Statement | null {
  const known = keyed.get(statement.text);
  const made = known ?? extended(statement) ?? 'reads';
  if (known === undefined) keyed.set(statement.text, made);
  return made === 'reads' ? null : made;
}

function extended(statement: Statement): Statement | null {
  const { writes, hasRows } = mainOf(statement.text);
  if (!writes) return null;
  const rows = hasRows ? `(SELECT COALESCE(json_agg(row_to_json(a)), '[]') FROM kept_answer a)::jsonb` : `'[]'::jsonb`;
  const text = `${asCte(statement.text, 'kept_answer')}, kept_key AS (
  INSERT INTO idempotency_keys (project_id, key, request, told, rows, created_at)
  SELECT :kept_project::text, :kept_key::text, :kept_request::text, :kept_told::text, ${rows}, :kept_at::timestamptz
)
SELECT ${hasRows ? '* FROM kept_answer' : '1'}`;
  return { ...statement, text };
}
