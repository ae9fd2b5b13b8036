// Every change of a status that any test makes is written down by its database and held against the machines: one
// that is no edge fails the run, and so, on a whole run, does an edge that no test takes. What tests write by
// themselves, under a statement name that begins with `test`, is no move and does not count.
import type { Database, Migratable } from '../../infra/database/port.ts';
import { type Machine, type Move, previousStates } from '../../schema/machine.ts';
import { machines } from '../../schema/operations.ts';

/** Where a row comes from that is made. */
const nothing = 'nothing';

/** `volume available>extending` */
const edge = (of: Machine, from: string, to: string) => `${of.resource} ${from}>${to}`;

export interface Edges {
  readonly allowed: ReadonlySet<string>;
  /** By a name, the edges of which one at least is to be taken. */
  readonly wanted: ReadonlyMap<string, readonly string[]>;
}

const watched = Object.values<Machine>(machines).filter((of) => Object.keys(of.states).length > 0);

/** The edges of all machines. */
export function allEdges(): Edges {
  const allowed = new Set<string>();
  const wanted = new Map<string, readonly string[]>();
  for (const of of watched) {
    for (const [name, move] of Object.entries<Move>(of.moves)) {
      for (const [what, edges, isEach] of partsOf(of, move)) {
        const taken = edges.filter(([from, to]) => from !== to).map(([from, to]) => edge(of, from, to));
        for (const one of taken) allowed.add(one);
        const label = `${of.resource}.${name} ${what}`;
        if (isEach) for (const one of taken) wanted.set(`${label}: ${one}`, [one]);
        else if (taken.length > 0) wanted.set(label, taken);
      }
    }
  }
  return { allowed, wanted };
}

type Part = readonly [what: string, edges: readonly (readonly [string, string])[], isEach: boolean];

/**
 * How a move begins, ends well, ends badly, and goes back; whether each of the edges is to be taken, or any of them.
 */
function partsOf(of: Machine, move: Move): Part[] {
  const from = move.from === 'nothing' ? [nothing] : move.from === 'any' ? Object.keys(of.states) : move.from;
  const isListed = move.from !== 'any';
  if (move.via === undefined) {
    if (move.ok === 'previous' && move.before === undefined) return [];
    const to = targetsOf(of, move, move.ok);
    const isOne = to.length === 1 && isListed;
    if (isOne) return [['is done', pairs(from, to), move.ok !== 'gone']];
    // Whatever it was: each of what it may become.
    return to.map((one) => [`is done, ${one}`, pairs(from, [one]), false] as const);
  }
  const at = [move.via, ...(move.shows === undefined ? [] : [move.shows])];
  const ends = (what: string, target: string | undefined): Part[] =>
    target === undefined
      ? []
      : at.map((one) => {
          const to = targetsOf(of, move, target);
          // It goes back to each of what it may begin in, and to what its attachments have become meanwhile.
          return [`${what} from ${one}`, pairs([one], to), to.length === 1] as const;
        });
  return [
    ['begins', pairs(from, [move.via]), isListed],
    ...(move.shows === undefined ? [] : ([['shows', [[move.via, move.shows]], true]] as const)),
    ...ends('is done', move.ok),
    ...ends('fails', move.fail),
    ...ends('is busy', move.busy),
  ];
}

function targetsOf(of: Machine, move: Move, target: string): readonly string[] {
  // Or what the attachments have become meanwhile.
  if (target === 'previous') return [...new Set([...previousStates(of, move), ...of.attachments, ...fallback(move)])];
  if (target === 'attachments') return of.attachments;
  return target === 'asked' ? of.resettable : [target];
}

/** What was not known goes to the fail edge. */
const fallback = ({ fail }: Move) => (fail === undefined || fail === 'previous' ? [] : [fail]);

const pairs = (from: readonly string[], to: readonly string[]) =>
  from.flatMap((one) => to.map((other) => [one, other] as const));

const isOfTest = '/* test */ ';

const triggers = `DROP SCHEMA IF EXISTS harness CASCADE;
CREATE SCHEMA harness;
CREATE UNLOGGED TABLE harness.edges (edge text NOT NULL, query text NOT NULL, id uuid NOT NULL,
  transaction bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint);
CREATE UNLOGGED TABLE harness.events (type text NOT NULL, id uuid NOT NULL, transaction bigint NOT NULL);
CREATE OR REPLACE FUNCTION harness.note() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  was text := '${nothing}';
  is_now text := 'gone';
  row_id uuid;
BEGIN
  IF TG_OP <> 'INSERT' THEN was := OLD.status; row_id := OLD.id; END IF;
  IF TG_OP <> 'DELETE' THEN is_now := NEW.status; row_id := NEW.id; END IF;
  IF left(current_query(), ${isOfTest.length}) <> '${isOfTest}' THEN
    INSERT INTO harness.edges VALUES (TG_ARGV[0] || ' ' || was || '>' || is_now, left(current_query(), 120), row_id);
  END IF;
  RETURN NULL;
END $body$;
CREATE OR REPLACE FUNCTION harness.note_event() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO harness.events VALUES (NEW.type, NEW.resource_id, NEW.transaction);
  RETURN NULL;
END $body$;
CREATE TRIGGER harness_told AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION harness.note_event();
${watched
  .map(
    ({ resource, table }) => `
CREATE TRIGGER harness_made AFTER INSERT OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION harness.note('${resource}');
CREATE TRIGGER harness_moved AFTER UPDATE OF status ON ${table} FOR EACH ROW
  WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION harness.note('${resource}');`,
  )
  .join('')}`;

/** What the databases of this process have seen: each edge with the statement that took it first. */
export const takenEdges = new Map<string, string>();

/** A database that writes down every change of a status. */
export async function watchEdges(inner: Migratable): Promise<Migratable> {
  await inner.script(triggers);
  let isClosed = false;
  return {
    ...inner,
    all: ({ name, text, ...statement }, parameters) =>
      inner.all({ ...statement, name, text: name.startsWith('test') ? isOfTest + text : text }, parameters),
    async close() {
      if (!isClosed) await note(inner).catch(() => {});
      isClosed = true;
      await inner.close();
    },
  };
}

/** By an edge: how many events it had, where that was not one, and the statement. */
export const untoldEdges = new Map<string, string>();

const untoldText = `WITH told AS (
  SELECT e.transaction, e.id, count(*)::int AS events, min(e.type) AS first, max(e.type) AS last
  FROM harness.events e GROUP BY e.transaction, e.id
), moves AS (
  SELECT e.transaction, e.id, min(e.edge) AS edge, count(*)::int AS moves, min(e.query) AS query
  FROM harness.edges e GROUP BY e.transaction, e.id
)
SELECT m.edge, COALESCE(t.events, 0) AS events, concat_ws(' and ', t.first, t.last) AS types, min(m.query) AS query
FROM moves m LEFT JOIN told t ON t.transaction = m.transaction AND t.id = m.id
WHERE COALESCE(t.events, 0) <> m.moves GROUP BY 1, 2, 3`;

async function note(database: Database): Promise<void> {
  const untold = await database.all<{ edge: string; events: number; types: string; query: string }>({
    name: 'test.untold',
    text: untoldText,
  });
  for (const { edge, events, types, query } of untold) {
    const said = `${edge} had ${events} events (${types}): ${query.replaceAll(/\s+/g, ' ')} …`;
    untoldEdges.set(`${edge} ${events} ${query}`, said);
  }
  const text = `SELECT e.edge, min(e.query) AS query FROM harness.edges e GROUP BY e.edge`;
  for (const { edge, query } of await database.all<{ edge: string; query: string }>({ name: 'test.edges', text })) {
    if (!takenEdges.has(edge)) takenEdges.set(edge, query);
  }
}

/** What tests have taken that is no edge of its machine. */
export function strangeEdges(taken: ReadonlyMap<string, string>): readonly string[] {
  const { allowed } = allEdges();
  return [...taken]
    .filter(([one]) => !allowed.has(one))
    .map(
      ([one, query]) =>
        `${one} is no edge of its machine in schema/: it was taken by ${query.replaceAll(/\s+/g, ' ')} …`,
    );
}

/** What needs a failback in the moment in which a server lets its volume go, or takes it. */
const rare = /^volume\.find is done, (reserved|attaching|detaching)$/;

/** The edges that no test has taken: for a run of all tests. */
export function untakenEdges(taken: ReadonlyMap<string, string>): readonly string[] {
  return [...allEdges().wanted]
    .filter(([name]) => !rare.test(name))
    .filter(([, edges]) => !edges.some((one) => taken.has(one)))
    .map(([name, edges]) => `${name} (${edges.slice(0, 3).join(', ')})`);
}
