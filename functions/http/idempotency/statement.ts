// A statement that writes, with the key of its request: one statement still.
import type { Statement } from '../../../infra/database/port.ts';
import { recent } from '../../../infra/recent/port.ts';

/** What it is about: quoted text, comments, brackets and words, each as one. */
const token =
  /--[^\n]*|\/\*[\s\S]*?\*\/|\b[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|[()]|[A-Za-z_][\w$]*/g;

const keyed = recent<Statement | 'reads'>(1000);

/**
 * The same statement, which also keeps the key of its request and the rows that it returns; null for one that writes
 * nothing. Further parameters: those of `keptParameters`. Violates `idempotency_keys_once` when the key is there
 * already.
 */
export function withKey(statement: Statement): Statement | null {
  const known = keyed.get(statement.text);
  const made = known ?? extended(statement) ?? 'reads';
  if (known === undefined) keyed.set(statement.text, made);
  return made === 'reads' ? null : made;
}

function extended(statement: Statement): Statement | null {
  const { main, writes, hasRows } = partsOf(statement.text);
  if (!writes) return null;
  const before = statement.text.slice(0, main);
  const rows = hasRows ? `(SELECT COALESCE(json_agg(row_to_json(a)), '[]') FROM kept_answer a)::jsonb` : `'[]'::jsonb`;
  const text = `${before.trim() === '' ? 'WITH' : `${before}\n,`} kept_answer AS (
${statement.text.slice(main)}
), kept_key AS (
  INSERT INTO idempotency_keys (project_id, key, request, told, rows, created_at)
  SELECT :kept_project::text, :kept_key::text, :kept_request::text, :kept_told::text, ${rows}, :kept_at::timestamptz
)
SELECT ${hasRows ? '* FROM kept_answer' : '1'}`;
  return { ...statement, text };
}

/** Where the statement after its CTEs begins, whether anything in it writes, and whether it returns rows. */
function partsOf(text: string): { main: number; writes: boolean; hasRows: boolean } {
  let depth = 0;
  let main = -1;
  let writes = false;
  let hasRows = false;
  let last = '';
  for (const { 0: found, index } of text.matchAll(token)) {
    if (found === '(') depth += 1;
    else if (found === ')') depth -= 1;
    const word = found.toUpperCase();
    if (word === 'INTO' && last === 'INSERT') writes = true;
    if (word === 'FROM' && last === 'DELETE') writes = true;
    // `FOR UPDATE` only locks.
    if (word === 'UPDATE' && last !== 'FOR' && last !== 'DO' && last !== 'KEY') writes = true;
    if (depth === 0 && main < 0 && /^(SELECT|INSERT|UPDATE|DELETE)$/.test(word)) {
      main = index;
      hasRows = word === 'SELECT';
    } else if (depth === 0 && main >= 0 && word === 'RETURNING') hasRows = true;
    last = word;
  }
  return { main: Math.max(main, 0), writes, hasRows };
}
