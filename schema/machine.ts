// State machines as data. From one table come the guarded UPDATE, the precise refusal, the values that
// reset-status takes, the deadlines and the diagram in the docs.

/** What a state means for those who wait: `stable` stays, `busy` ends by itself, `error` asks for somebody. */
export type StateKind = 'stable' | 'busy' | 'error';

/** Something that stands in the way of a move. */
export interface Obstacle {
  /** An SQL condition over the row, under the alias `r`; true when it stands in the way. */
  readonly sql: string;
  /** The obstacle in words, as it appears in a refusal. */
  readonly says: string;
}

/** One way from state to state. */
export interface Move {
  /** The states it may begin in; `any` for all of them; `nothing` when the move makes the row. */
  readonly from: readonly string[] | 'any' | 'nothing';
  /** The state while a worker is at it; absent when the move is done at once. */
  readonly via?: string;
  /** Where it ends well: a state, `previous` (the state it began in) or `gone` (the row is removed). */
  readonly ok: string;
  /** Where it ends badly; absent when it cannot. */
  readonly fail?: string;
  /** Names of obstacles that refuse the move. */
  readonly unless?: readonly string[];
  /** Seconds that the work may take in all before the fail edge is taken. */
  readonly within?: number;
  /**
   * The refusal in words. `{id}`, `{status}`, `{from}` and `{obstacles}` are filled in.
   */
  readonly refusal: string;
}

export interface Machine<State extends string = string, Name extends string = string> {
  readonly resource: string;
  readonly table: string;
  readonly states: Readonly<Record<State, StateKind>>;
  /** The states that reset-status may set. */
  readonly resettable: readonly NoInfer<State>[];
  readonly obstacles: Readonly<Record<string, Obstacle>>;
  readonly moves: Readonly<Record<Name, Move>>;
}

/**
 * Checks a table of states and moves and returns it: every state that a move names exists, every obstacle too,
 * and a move that waits for a worker has a deadline and a fail edge. Throws at start-up, not at run time.
 */
export function machine<State extends string, Name extends string>(value: Machine<State, Name>): Machine<State, Name> {
  const known = new Set<string>([...Object.keys(value.states), 'previous', 'gone']);
  for (const [name, move] of Object.entries<Move>(value.moves)) {
    const named = [move.via, move.ok, move.fail, ...(typeof move.from === 'string' ? [] : move.from)];
    for (const state of named) {
      if (state !== undefined && !known.has(state)) throw new Error(`${value.resource}.${name}: no state ${state}`);
    }
    for (const obstacle of move.unless ?? []) {
      if (value.obstacles[obstacle] === undefined)
        throw new Error(`${value.resource}.${name}: no obstacle ${obstacle}`);
    }
    if (move.via !== undefined && (move.within === undefined || move.fail === undefined)) {
      throw new Error(`${value.resource}.${name}: waits for a worker without a deadline and a fail edge`);
    }
  }
  return value;
}

const quoted = (values: readonly string[]) => values.map((value) => `'${value}'`).join(', ');

/** The WHERE clause of a move over the alias `r`: true when the row may make it now. */
export function guard(of: Machine, moveName: string): string {
  const move = of.moves[moveName];
  if (move === undefined) throw new Error(`${of.resource} has no move ${moveName}`);
  const inState = typeof move.from === 'string' ? 'TRUE' : `r.status IN (${quoted(move.from)})`;
  const free = (move.unless ?? []).map((name) => `NOT (${of.obstacles[name]?.sql})`);
  return [inState, ...free].join(' AND ');
}

/**
 * The columns that say why a move was refused, over the alias `r`: the status, and for each obstacle whether it
 * stands in the way, as a comma-separated text of names.
 */
export function whyColumns(of: Machine, moveName: string): string {
  const move = of.moves[moveName];
  const cases = (move?.unless ?? []).map((name) => `CASE WHEN ${of.obstacles[name]?.sql} THEN '${name}' END`);
  const obstacles = cases.length === 0 ? `''` : `concat_ws(',', ${cases.join(', ')})`;
  return `r.status AS status, ${obstacles} AS obstacles`;
}

/** What whyColumns() reads. */
export interface Why {
  readonly status: string;
  readonly obstacles: string;
}

/** The refusal of a move in words. `extra` fills further places of the machine's sentence. */
export function refusal(of: Machine, moveName: string, why: Why, extra: Readonly<Record<string, string>> = {}): string {
  const move = of.moves[moveName];
  if (move === undefined) throw new Error(`${of.resource} has no move ${moveName}`);
  const places: Record<string, string> = {
    ...extra,
    status: why.status,
    from: typeof move.from === 'string' ? 'any' : move.from.join(' or '),
    obstacles: why.obstacles
      .split(',')
      .filter((name) => name !== '')
      .map((name) => of.obstacles[name]?.says ?? name)
      .join(', '),
  };
  return move.refusal.replace(/\{(\w+)\}/g, (whole, name: string) => places[name] ?? whole);
}

/** The state that a busy state falls to when its work has failed or is past its deadline. */
export function failEdge(of: Machine, moveName: string): string {
  return of.moves[moveName]?.fail ?? 'error';
}
