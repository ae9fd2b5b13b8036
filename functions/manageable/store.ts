// The SQL of asking a back end what it has: a question is an operation of its own, and gone when its answer is read.
import type { Database } from '../../infra/database/port.ts';
import { queueOperation } from '../../schema/operations.ts';
import { isDisabled, isNamed, isUp, takesWork } from '../../schema/services.ts';
import { fragment, type ParametersOf, statement } from '../../schema/statement.ts';
import type { ServiceFacts } from '../services/backend.ts';
import type { What } from './query.ts';

const askText = statement(
  'manageable.ask',
  [
    fragment(
      'service',
      `SELECT s.host, ${isDisabled('s')} AS is_disabled, ${isUp('s')} AS is_up FROM services s WHERE ${isNamed('s')}
  -- Of a cluster the first that can be asked.
  ORDER BY (${takesWork('s')}) DESC, s.host LIMIT 1`,
    ),
    fragment(
      'asked',
      `-- The question is its own resource, so that several can be asked at once.
  SELECT :operation_id::uuid AS id, :project::text AS project_id, s.host FROM service s WHERE NOT s.is_disabled AND s.is_up`,
    ),
    queueOperation('asked', `'volume:' || r.host`),
  ],
  `SELECT s.is_disabled, s.is_up, (SELECT o.queue FROM operation o) AS queue FROM service s`,
);

export interface Asked extends ServiceFacts {
  /** Null: refused. */
  readonly queue: string | null;
}

/** Queues the question; null when there is no such back end. */
export async function askBackend(database: Database, parameters: ParametersOf<typeof askText>): Promise<Asked | null> {
  const [row] = await askText.all<Asked>(database, parameters);
  return row ?? null;
}

/** What a worker says of an object. */
export interface ManageableItem {
  readonly reference: Readonly<Record<string, string>>;
  readonly size: number;
  readonly source_reference?: Readonly<Record<string, string>> | null;
  readonly safe_to_manage: boolean;
  readonly reason_not_safe: string | null;
  /** The id in its name, when it is ours by its name. */
  readonly id: string | null;
}

export interface ManageableRow {
  readonly item: ManageableItem;
  /** The id of the resource that it is; null when no resource is. */
  readonly cinder_id: string | null;
}

// An item a row, because a row may have 64 KB.
const takeText = (what: What) =>
  statement(
    `manageable.take-${what}s`,
    `WITH taken AS (
  DELETE FROM operations o WHERE o.id = :operation_id::uuid RETURNING o.status, o.cause, o.result
)
SELECT t.status, t.cause, t.result->>'says' AS says, e.item::text AS item, r.id::text AS cinder_id
FROM taken t LEFT JOIN LATERAL jsonb_array_elements(COALESCE(t.result->'items', '[]'::jsonb)) WITH ORDINALITY
  AS e (item, n) ON TRUE LEFT JOIN ${what}s r ON r.id = (e.item->>'id')::uuid
ORDER BY e.n`,
  );
const takeTexts = { volume: takeText('volume'), snapshot: takeText('snapshot') } as const;

export interface Answered {
  readonly status: string;
  readonly cause: string | null;
  /** What is wrong with the question. */
  readonly says: string | null;
  readonly rows: readonly ManageableRow[];
}

interface TakenRow extends Omit<Answered, 'rows'> {
  readonly item: string | null;
  readonly cinder_id: string | null;
}

/** The answer as far as there is one. The question is gone with it: a worker that is still at it settles nothing. */
export async function takeAnswer(database: Database, what: What, operation: string): Promise<Answered | null> {
  const taken = await takeTexts[what].all<TakenRow>(database, { operation_id: operation });
  const [first] = taken;
  if (first === undefined) return null;
  const rows = taken.flatMap(({ item, cinder_id }) =>
    item === null ? [] : [{ item: JSON.parse(item) as ManageableItem, cinder_id }],
  ); // written by workers/work/service/list-manageable.ts
  return { status: first.status, cause: first.cause, says: first.says, rows };
}
