// State machines as data. One table gives the guarded UPDATE that begins a move, the statuses that its work ends in,
// the precise refusal, the values that reset-status takes, the deadlines and the diagram in the docs.

/** What a state means for those who wait: `stable` stays, `busy` ends by itself, `error` needs somebody to act. */
export type StateKind = 'stable' | 'busy' | 'error';

/** Something that prevents a move. */
export interface Obstacle {
  /** An SQL condition over the row, under the alias `r`; true when it prevents the move. */
  readonly sql: string;
  /** The obstacle as it is worded in a refusal. */
  readonly says: string;
  /** A complete refusal of its own, where the wording of the moves does not fit. */
  readonly refusal?: string;
}

/** One way from state to state. */
export interface Move<State extends string = string> {
  /** The states in which it may begin; `any` for all of them; `nothing` when the move creates the row. */
  readonly from: readonly State[] | 'any' | 'nothing';
  /** The state while a worker is busy; absent when the move is done at once. */
  readonly via?: State;
  /** A second state that the worker may show while busy. */
  readonly shows?: State;
  /**
   * Where it ends well: a state, `previous` (the state in which it began), `attachments` (the state that the
   * attachments imply: see schema/attachments.ts), `asked` (one of `resettable`, as requested) or `gone` (the row is
   * removed).
   */
  readonly ok: State | 'previous' | 'attachments' | 'asked' | 'gone';
  /** Where it ends badly; absent when it cannot fail. */
  readonly fail?: State | 'previous';
  /** Where it ends when the back end was only busy, if not in `fail`. */
  readonly busy?: 'previous';
  /** The states that `previous` may be, if they differ from `from`. */
  readonly before?: readonly State[];
  /** Names of obstacles that refuse the move. */
  readonly unless?: readonly string[];
  /** How many seconds the work may take in all before it takes the fail edge. */
  readonly within?: number;
  /** The kind of work that the move queues, `<resource>.<name>`: see workers/work/. */
  readonly work?: `${string}.${string}`;
  /** The first step of that work. */
  readonly step?: string;
  /**
   * `long` is work that copies bytes. It has workers of its own, so that it does not delay work that somebody waits
   * for.
   */
  readonly lane?: 'long';
  /** The wording of a refusal. `{id}`, `{status}`, `{from}` and `{obstacles}` are filled in. */
  readonly refusal?: string;
}

export interface Machine<State extends string = string, Name extends string = string, Kind extends string = string> {
  readonly resource: string;
  readonly table: string;
  readonly states: Readonly<Record<State, StateKind>>;
  /** The states that reset-status may set. */
  readonly resettable: readonly State[];
  /** The states that its attachments can give it. */
  readonly attachments: readonly State[];
  readonly obstacles: Readonly<Record<string, Obstacle>>;
  readonly moves: Readonly<Record<Name, Move & { readonly refusal: string }>>;
  /** The kinds of work that its moves queue. */
  readonly kinds: readonly Kind[];
}

/** A machine as its file declares it. A move that names an unknown state does not compile. */
interface Table<State extends string, Moves> {
  readonly resource: string;
  readonly table: string;
  readonly states: Readonly<Record<State, StateKind>>;
  readonly resettable: readonly NoInfer<State>[];
  /** The states that its attachments can give it. */
  readonly attachments?: readonly NoInfer<State>[];
  readonly obstacles: Readonly<Record<string, Obstacle>>;
  // Next to `Moves` and not its bound, so that a misspelt state is one error, at its line, and the kinds stay known.
  readonly moves: Moves & { readonly [Name in keyof Moves]: Move<NoInfer<State>> };
}

type KindsOf<Moves> = {
  [Name in keyof Moves]: Moves[Name] extends { readonly work: infer Kind extends string } ? Kind : never;
}[keyof Moves];

/**
 * Checks a table of states and moves, and returns it. What the compiler cannot see throws at load time: every
 * obstacle of a move must exist, a move that waits for a worker must have a fail edge, and the moves of one kind of
 * work must agree on where a busy status ends.
 */
export function machine<State extends string, const Moves extends Readonly<Record<string, Move>>>(
  table: Table<State, Moves>,
): Machine<State, keyof Moves & string, KindsOf<Moves>> {
  const all = Object.entries<Move>(table.moves);
  for (const [name, move] of all) {
    const missing = (move.unless ?? []).find((obstacle) => table.obstacles[obstacle] === undefined);
    if (missing !== undefined) throw new Error(`${table.resource}.${name}: no obstacle ${missing}`);
    if (move.via !== undefined && (move.work === undefined || move.fail === undefined)) {
      throw new Error(`${table.resource}.${name}: waits for a worker without a kind of work and a fail edge`);
    }
  }
  const kinds = [...new Set(all.flatMap(([, { work }]) => work ?? []))] as KindsOf<Moves>[]; // the moves' own words
  const moves = Object.fromEntries(
    all.map(([name, move]) => [name, { ...move, refusal: move.refusal ?? '' }]),
  ) as Readonly<Record<keyof Moves & string, Move & { readonly refusal: string }>>; // its own keys
  const made = { ...table, attachments: table.attachments ?? [], moves, kinds };
  for (const kind of kinds) waysOf(made, kind);
  return made;
}

const quoted = (values: readonly string[]) => values.map((value) => `'${value}'`).join(', ');

/** The WHERE clause of a move over the alias `r`: true when the row may make it now. Obstacles use no other alias. */
export function guard(of: Machine, moveName: string, r = 'r'): string {
  const move = of.moves[moveName];
  if (move === undefined) throw new Error(`${of.resource} has no move ${moveName}`);
  const inState = typeof move.from === 'string' ? 'TRUE' : `${r}.status IN (${quoted(move.from)})`;
  const free = (move.unless ?? []).map((name) => `NOT (${of.obstacles[name]?.sql})`);
  return [inState, ...free].join(' AND ');
}

/**
 * The columns that explain why a move was refused, over the alias `r`: the status, and the names of all obstacles
 * that apply, as a comma-separated text.
 */
export function whyColumns(of: Machine, moveName: string): string {
  const move = of.moves[moveName];
  const cases = (move?.unless ?? []).map((name) => `CASE WHEN ${of.obstacles[name]?.sql} THEN '${name}' END`);
  const obstacles = cases.length === 0 ? `''` : `concat_ws(',', ${cases.join(', ')})`;
  return `r.status AS status, ${obstacles} AS obstacles`;
}

/** The columns of whyColumns(). */
export interface Why {
  readonly status: string;
  readonly obstacles: string;
}

/** The text of a refusal. `extra` fills further placeholders of the machine's wording. */
export function refusal(of: Machine, moveName: string, why: Why, extra: Readonly<Record<string, string>> = {}): string {
  const move = of.moves[moveName];
  if (move === undefined) throw new Error(`${of.resource} has no move ${moveName}`);
  const places: Record<string, string> = {
    ...extra,
    status: why.status,
    resource: of.resource.replace('_', ' '),
    from: typeof move.from === 'string' ? 'any' : move.from.join(' or '),
    obstacles: why.obstacles
      .split(',')
      .filter((name) => name !== '')
      .map((name) => of.obstacles[name]?.says ?? name)
      .join(', '),
  };
  const isInState = typeof move.from === 'string' || move.from.includes(why.status);
  const own = why.obstacles.split(',').find((name) => of.obstacles[name]?.refusal !== undefined);
  const sentence = (isInState && own !== undefined && of.obstacles[own]?.refusal) || move.refusal;
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => places[name] ?? whole);
}

/** The status of a row that a move creates, or that begins a move: SQL over `r`, the row before. */
export function beginning(of: Machine, moveName: string): string {
  const move = of.moves[moveName];
  if (move === undefined) throw new Error(`${of.resource} has no move ${moveName}`);
  return move.via === undefined ? target(of, move, move.ok) : `'${move.via}'`;
}

/** The SET clause that begins a move, over `r`, the row before. */
export function begins(of: Machine, moveName: string): `${string}:now::timestamptz` {
  return `previous_status = r.status, status = ${beginning(of, moveName)}, updated_at = :now::timestamptz` as const;
}

/** A status of a row while a kind of work is in progress, and where it goes from there. */
interface Way {
  readonly status: string;
  readonly move: Move;
}

/** How a kind of work moves through a machine; empty for a kind that changes no status there. */
function waysOf(of: Machine, kind: string): readonly Way[] {
  const ways = new Map<string, Way>();
  for (const [name, move] of Object.entries(of.moves)) {
    if (move.work !== kind) continue;
    // A move that ends as its attachments imply, and shows no state of its own, does so from the states it may begin
    // in.
    const still = move.ok === 'attachments' && typeof move.from !== 'string' ? move.from : [];
    const statuses = move.via === undefined ? still : [move.via, ...(move.shows === undefined ? [] : [move.shows])];
    for (const status of statuses) {
      const known = ways.get(status)?.move;
      if (known !== undefined && ['ok', 'fail', 'busy'].some((key) => known[key as 'ok'] !== move[key as 'ok'])) {
        throw new Error(`${of.resource}.${name}: ${kind} ends ${status} in two ways`);
      }
      ways.set(status, { status, move: known === undefined ? move : merged(known, move) });
    }
  }
  return [...ways.values()];
}

/** Two moves of one kind through one status: `previous` may be a previous state of either. */
function merged(one: Move, other: Move): Move {
  const before = [one, other].map((move) => move.before ?? move.from);
  const [first, second] = before;
  if (typeof first === 'string' || typeof second === 'string') return { ...one, from: 'any' };
  return { ...one, before: [...new Set([...(first ?? []), ...(second ?? [])])] };
}

/** The states that `previous` may be: never one in which the row would wait for work that does not exist. */
export function previousStates(of: Machine, move: Move): readonly string[] {
  const listed = move.before ?? (typeof move.from === 'string' ? restingStates(of) : move.from);
  const attached = of.attachments.filter((state) => of.states[state] !== 'busy');
  return [...new Set([...listed, ...attached])];
}

/** The states that stay until somebody acts. */
export function restingStates(of: Machine): readonly string[] {
  return Object.entries(of.states).flatMap(([state, kind]) => (kind === 'busy' ? [] : [state]));
}

function target(of: Machine, move: Move, to: string): string {
  if (to === 'attachments') return 'attachments_say(r.attachment_states)';
  if (to === 'asked') return ':status::text';
  if (to !== 'previous') return `'${to}'`;
  const first = move.before?.[0] ?? (typeof move.from === 'string' ? undefined : move.from[0]);
  const otherwise = first ?? (move.fail === 'previous' ? undefined : move.fail);
  if (otherwise === undefined) throw new Error(`${of.resource}: nothing to go back to when ${to} is not known`);
  // An attachment in progress is in the row's map; if it is not there, nobody waits for it.
  const underWay = of.attachments.filter((state) => of.states[state] === 'busy');
  const attached =
    underWay.length === 0
      ? ''
      : ` WHEN r.previous_status IN (${quoted(underWay)}) THEN attachments_say(r.attachment_states)`;
  return `CASE WHEN r.previous_status IN (${quoted(previousStates(of, move))}) THEN r.previous_status${attached}
    ELSE '${otherwise}' END`;
}

/** A status after work has ended. If somebody overwrote the busy status meanwhile, theirs stays. */
function ended(of: Machine, kind: string, to: (way: Way) => string): string {
  const cases = waysOf(of, kind).map((way) => `WHEN '${way.status}' THEN ${to(way)}`);
  return cases.length === 0 ? 'r.status' : `CASE r.status ${cases.join(' ')} ELSE r.status END`;
}

/** The status of a row after a kind of work is done: SQL over `r`. */
export function arrives(of: Machine, kind: string): string {
  return ended(of, kind, ({ move }) => target(of, move, move.ok));
}

/**
 * The status of a row after a kind of work has failed: SQL over `r`. If the table has `busy`, it takes the parameter
 * `:is_busy::boolean`: whether the back end was only busy.
 */
export function falls(of: Machine, kind: string): string {
  return ended(of, kind, ({ move }) => {
    const fail = target(of, move, move.fail ?? move.ok);
    return move.busy === undefined
      ? fail
      : `CASE WHEN :is_busy::boolean THEN ${target(of, move, move.busy)} ELSE ${fail} END`;
  });
}

/** The statuses of a row while a kind of work is in progress. */
export const statusesAt = (of: Machine, kind: string) => waysOf(of, kind).map(({ status }) => status);

/** The condition that a kind of work is in progress on a row: SQL over `r`. */
export function isAt(of: Machine, kind: string): string {
  return `r.status IN (${quoted(statusesAt(of, kind))})`;
}

/** Whether a kind of work removes the row when it is done. */
export function removes(of: Machine, kind: string): boolean {
  return Object.values(of.moves).some((move) => move.work === kind && move.ok === 'gone');
}
