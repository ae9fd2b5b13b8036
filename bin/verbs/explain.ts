import { statement } from '../../schema/statement.ts';
import type { Explanation } from '../../workers/scheduler/decide.ts';
import { CommandError, exit, type Verb } from '../command.ts';
import { openFolder } from '../open.ts';
import { readSettings } from '../settings.ts';

export const explain: Verb = {
  name: 'explain',
  summary: 'say why the scheduler put a volume where it is, or found no place for it',
  help: `usage: scoria explain VOLUME [--json]

Prints the scheduler's last decision about a volume, by its id: the pool that was chosen, what each weigher said of those that
fitted, and for the others the filter that dropped them and why. Decisions are kept as long as operations are.
Reads the database: that of DATABASE_URL at any time, the embedded one while no other process has it.`,
  takes: { words: 1, options: [] },
  async run(context) {
    const [id = ''] = context.words;
    if (!/^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(id)) {
      throw new CommandError('explain needs the id of a volume; see scoria explain --help', exit.usage);
    }
    const settings = readSettings(context);
    const { database, close } = await openFolder(settings, context, settings.databaseUrl === null);
    try {
      const [row] = await database.all<Row>(decisionText, { id });
      if (row === undefined) {
        throw new CommandError(`nothing that the scheduler has decided about ${id} is kept`, exit.failed);
      }
      const explanation = JSON.parse(row.explanation) as Explanation; // written by the scheduler
      const { explanation: _, ...about } = row;
      context.data({ ...about, ...explanation }, page(row, explanation));
      return exit.ok;
    } finally {
      await close();
    }
  },
};

interface Row {
  readonly operation: string;
  readonly kind: string;
  readonly status: string;
  readonly updated_at: string;
  readonly cause: string | null;
  readonly explanation: string;
}

const decisionText = statement(
  'operations.decision',
  `SELECT o.id::text AS operation, o.kind, o.status, to_char(o.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS updated_at,
    o.cause, o.explanation::text AS explanation
  FROM operations o WHERE o.resource_id = :id::uuid AND o.explanation IS NOT NULL
  ORDER BY o.created_at DESC, o.id DESC LIMIT 1`,
);

/** The decision as a person reads it. */
export function page({ kind, status, operation, updated_at, cause }: Row, explanation: Explanation): string {
  const fitting = Object.keys(explanation.weights);
  const rows = fitting.map((pool) => {
    const parts = Object.entries(explanation.weighed[pool] ?? {}).map(([name, value]) => `${name} ${rounded(value)}`);
    const mark = pool === explanation.chosen ? '*' : ' ';
    return `  ${mark} ${pool}  ${rounded(explanation.weights[pool] ?? 0)}  (${parts.join(', ')})`;
  });
  const dropped = explanation.dropped.map(({ pool, filter, reason }) => `    ${pool}  ${filter}: ${reason}`);
  const refusals = (explanation.refusals ?? []).map((one) => `    ${one.pool}  ${one.cause}`);
  return [
    `${kind} ${operation}, ${status}, ${updated_at} UTC`,
    `chosen      ${explanation.chosen ?? 'none'}`,
    ...(explanation.waits === undefined ? [] : [`waits       ${explanation.waits}`]),
    ...(cause === null ? [] : [`cause       ${cause}`]),
    `considered  ${explanation.considered} pools`,
    ...(rows.length === 0 ? [] : ['fitted, with their weights:', ...rows]),
    ...(dropped.length === 0 ? [] : ['dropped:', ...dropped]),
    ...(refusals.length === 0 ? [] : ['refused by their drivers:', ...refusals]),
    '',
  ].join('\n');
}

const rounded = (value: number) => String(Math.round(value * 1000) / 1000);
