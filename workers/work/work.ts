// A kind of work as one value: what it needs to know, its steps, what is done, and what is written when it has ended.
// The statements, the messages, the deadlines and docs/work.md are made from these values; where a move begins, what
// it shows meanwhile and where it ends is in the machine (schema/<resource>.ts).
import type { MessageActionName, MessageDetailName } from '../../schema/codes.ts';
import type { Kind, machines } from '../../schema/operations.ts';
import type { Fragment, Part } from '../../schema/statement.ts';
import type { Backend, DriverCall } from '../driver.ts';
import type { Failed, Unknown } from '../outcome.ts';
import type { WorkerPorts } from '../ports.ts';
import type { Unplaced } from '../scheduler/decide.ts';
import type { Pool } from '../scheduler/pool.ts';

/** A part of what a claim brings back. */
export interface Need<T> {
  /** SQL of one JSON value over `c`, the claimed operation. Absent: it is in the arguments. */
  readonly sql?: string;
  /** Throws what fails the work when what must be there is not. */
  read(value: unknown, operation: Carried): T;
}

/** What every operation carries with it. */
export interface Carried {
  readonly id: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Sealed for `operation:<id>`. */
  readonly secret: string | null;
}

export type Needs = Readonly<Record<string, Need<unknown>>>;
/** What `run` receives: exactly what was asked for. */
export type Given<N extends Needs> = { readonly [Name in keyof N]: N[Name] extends Need<infer T> ? T : never };

/** The ports beside the database, the clock and the ids, which all work has. */
type OuterPort = Exclude<keyof WorkerPorts, 'database' | 'clock' | 'ids' | 'queue' | 'log' | 'notices'>;
/** What work may call: a method of the back end, or a port. What it does not name it does not get. */
export type Use = `backend.${keyof Backend}` | OuterPort;
type BackendUse<U> = U extends `backend.${infer Name extends keyof Backend}` ? Name : never;

export interface Context<U extends Use> {
  readonly backend: Pick<Backend, BackendUse<U>>;
  readonly ports: Pick<WorkerPorts, 'database' | 'clock' | 'ids' | Extract<U, OuterPort>>;
  readonly call: DriverCall;
}

/** The operation that is worked on. */
export interface Operation<Step extends string = string> {
  readonly id: string;
  readonly kind: Kind;
  readonly step: Step;
  readonly attempt: number;
  readonly resourceId: string;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

/** The driver's effect is there. */
export interface Done {
  readonly outcome: 'done';
  /** What the driver wants to be told again. */
  readonly location: string | null;
  /** What else the settling statement writes down. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export const done = (location: string | null = null, facts: Done['facts'] = {}): Done => ({
  outcome: 'done',
  location,
  facts,
});

/** What comes of a step: the end, or that somebody else goes on with the same operation. */
export type Result =
  | Done
  /** The volume now lives where it was copied to, and its old back end has to let it go. */
  | { readonly outcome: 'moved'; readonly location: string | null }
  /** The host that has the volume does its part, and a request says when it is done. */
  | { readonly outcome: 'waits-for-host' }
  /** The server that has the volume is to go over to the new object, and a request says what came of it. */
  | { readonly outcome: 'waits-for-server'; readonly server: string; readonly location: string | null };

/** What the scheduler makes of work: it goes on in the queue of a back end, or it does not. */
export type Scheduled =
  | { readonly outcome: 'handed-on'; readonly queue: string }
  | { readonly outcome: 'lost' }
  /** No pool takes it now; one may when its service is up again. */
  | ({ readonly outcome: 'no-pool' } & Unplaced)
  /** There was nothing for a back end to do. */
  | Done
  | Failed
  | Unknown;

/** Brings rows of a machine to where this kind of work leaves them: an UPDATE as a fragment of that name. */
export type Ends = (
  resource: keyof typeof machines,
  name: string,
  /** SQL over `r`, the row, and `f`, the operation. */
  where: string,
  /** What else is set, and what is joined to `f` for it. */
  more?: { readonly set?: string; readonly join?: string },
) => Fragment;

/**
 * What is written with the end of an operation beside the machine's edge of its resource: fragments, all over `fenced
 * f`.
 */
export interface Effect {
  /** Before the resource changes. */
  readonly before?: readonly Part[];
  /** What else is set on the resource's row, over `r`, and what is joined to `f` for it. */
  readonly set?: string;
  readonly join?: string;
  /** Which row is the resource's; `r.id = f.resource_id` unless said. */
  readonly where?: string;
  /** The fragment `resource` (with id and project_id) where it is not the row that the operation names. */
  readonly resource?: Part;
  /** After it. */
  readonly also?: readonly Part[];
  /** What the counters change by: countQuota(), or releaseQuota() of what only goes. */
  readonly counts?: Part;
  /** Further work that is queued: the fragment `queued (id, kind, queue, attempt)`. */
  readonly queues?: Part;
  /** What the operation keeps for the request that waits for it: SQL of a jsonb over `operations o`. */
  readonly result?: string;
  /**
   * What else has come to an error, each with a message of its own: a SELECT of `resource` (as messageEventId() has
   * it), `id` and `project_id`.
   */
  readonly alsoFailed?: string;
}

export interface Work<K extends Kind, N extends Needs, Step extends string, U extends Use, M extends Needs> {
  readonly kind: K;
  /** What it does, in words. */
  readonly does: string;
  readonly steps: readonly Step[];
  readonly needs: N;
  readonly uses: readonly U[];
  /** Asks the driver. Throws the driver's error; may be asked again for the same operation. */
  run(given: Given<N>, operation: Operation<Step>, context: Context<U>): Promise<Result>;
  /** The scheduler's step, where there is a choice of back ends. */
  readonly schedule?: Schedule<M>;
  /**
   * Where another pool may be tried when the driver refuses: makes sure that nothing of what was begun here stays.
   * When it cannot, the work fails with what the driver said.
   */
  readonly leave?: (given: Given<N>, context: Context<U>) => Promise<void>;
  /** Takes back, as well as can be, what was begun elsewhere for work that has failed for good. */
  readonly abandon?: Abandon;
  /** Null for a question: there is nothing to tell of it. */
  readonly events: { readonly done: string; readonly failed: string } | null;
  /**
   * What the user is told when it fails: what was being done, and what came of it. Of the operation's resource, or of
   * the one in the CTE `resource`; `nobody` but the request that waits.
   */
  readonly message: {
    readonly action: MessageActionName;
    readonly detail: MessageDetailName;
    readonly of?: 'resource' | 'nobody';
  };
  readonly done: Effect | ((ends: Ends) => Effect);
  readonly failed: Effect | ((ends: Ends) => Effect);
}

export interface Schedule<N extends Needs> {
  readonly needs: N;
  /** It chooses among no pools, and gets none. */
  readonly isPoolless?: true;
  run(given: Given<N>, operation: Operation, pools: readonly Pool[], ports: WorkerPorts): Promise<Scheduled>;
}

/** Without a claim of its own: with what every claim brings. */
export type Abandon = (operation: Carried, signal: AbortSignal, ports: WorkerPorts) => Promise<void>;

/** Any kind of work, whatever it needs. */
// biome-ignore lint/suspicious/noExplicitAny: what `run` receives is read by the same value's `needs`
export type AnyWork = Work<Kind, any, string, any, any>;

/** Declares a kind of work. One that lacks a part does not compile. */
export function work<
  const K extends Kind,
  N extends Needs,
  const Step extends string,
  const U extends Use,
  M extends Needs = Needs,
>(value: Work<K, N, Step, U, M>): AnyWork & { readonly kind: K } {
  return value;
}
