// A kind of work as one value: what it needs to know, its steps, what it does, and what is written when it ends. The
// statements, messages, deadlines and docs/work.md are made from these values. Where a move begins, what it shows
// meanwhile and where it ends is in the machine (schema/<resource>.ts).
import type { MessageActionName, MessageDetailName } from '../../schema/codes.ts';
import type { Kind, machines } from '../../schema/operations.ts';
import type { Fragment, Part } from '../../schema/statement.ts';
import type { Backend, DriverCall } from '../driver.ts';
import type { Failed, Unknown } from '../outcome.ts';
import type { WorkerPorts } from '../ports.ts';
import type { Unplaced } from '../scheduler/decide.ts';
import type { Pool } from '../scheduler/pool.ts';

/** A part of what a claim returns. */
export interface Need<T> {
  /** SQL for one JSON value over `c`, the claimed operation. Absent: it is in the arguments. */
  readonly sql?: string;
  /** Throws the error that fails the work when something required is missing. */
  read(value: unknown, operation: Carried): T;
}

/** Fields of every operation. */
export interface Carried {
  readonly id: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Encrypted for the purpose `operation:<id>`. */
  readonly secret: string | null;
}

export type Needs = Readonly<Record<string, Need<unknown>>>;
/** What `run` receives: exactly the parts in `needs`. */
export type Given<N extends Needs> = { readonly [Name in keyof N]: N[Name] extends Need<infer T> ? T : never };

/** The ports besides the database, the clock and the ids, which all work has. */
type OuterPort = Exclude<keyof WorkerPorts, 'database' | 'clock' | 'ids' | 'queue' | 'log' | 'notices'>;
/** What work may call: a method of the back end, or a port. It gets only what it names. */
export type Use = `backend.${keyof Backend}` | OuterPort;
type BackendUse<U> = U extends `backend.${infer Name extends keyof Backend}` ? Name : never;

export interface Context<U extends Use> {
  readonly backend: Pick<Backend, BackendUse<U>>;
  readonly ports: Pick<WorkerPorts, 'database' | 'clock' | 'ids' | Extract<U, OuterPort>>;
  readonly call: DriverCall;
}

/** The operation in progress. */
export interface Operation<Step extends string = string> {
  readonly id: string;
  readonly kind: Kind;
  readonly step: Step;
  readonly attempt: number;
  readonly resourceId: string;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

/** The driver has done it. */
export interface Done {
  readonly outcome: 'done';
  /** What the driver wants to receive in later calls. */
  readonly location: string | null;
  /** What else the settling statement stores. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export const done = (location: string | null = null, facts: Done['facts'] = {}): Done => ({
  outcome: 'done',
  location,
  facts,
});

/** The result of a step: the end, or who continues the same operation. */
export type Result =
  | Done
  /** The volume now lives where it was copied to, and its old back end must free it. */
  | { readonly outcome: 'moved'; readonly location: string | null }
  /** The host that has the volume continues, and a request reports when it is done. */
  | { readonly outcome: 'waits-for-host' }
  /** The server that has the volume must go over to the new object, and a request reports the result. */
  | { readonly outcome: 'waits-for-server'; readonly server: string; readonly location: string | null };

/** The result of a scheduler's step: the operation continues in the queue of a back end, or not. */
export type Scheduled =
  | { readonly outcome: 'handed-on'; readonly queue: string }
  | { readonly outcome: 'lost' }
  /** No pool can take it now; one may when its service is up again. */
  | ({ readonly outcome: 'no-pool' } & Unplaced)
  /** The back end has nothing to do. */
  | Done
  | Failed
  | Unknown;

/** Moves rows of a machine to the state that this kind of work gives them: an UPDATE as a fragment of that name. */
export type Ends = (
  resource: keyof typeof machines,
  name: string,
  /** SQL over `r`, the row, and `f`, the operation. */
  where: string,
  /** What else is set, and what is joined to `f` for that. */
  more?: { readonly set?: string; readonly join?: string },
) => Fragment;

/** What is written when the operation ends, besides the edge of its resource's machine: fragments over `fenced f`. */
export interface Effect {
  /** Before the resource changes. */
  readonly before?: readonly Part[];
  /** What else is set on the resource's row `r`, and what is joined to `f` for that. */
  readonly set?: string;
  readonly join?: string;
  /** Which row is the resource; default `r.id = f.resource_id`. */
  readonly where?: string;
  /** The fragment `resource` (with id and project_id), when it is not the row that the operation names. */
  readonly resource?: Part;
  /** After the resource changes. */
  readonly also?: readonly Part[];
  /** Changes of counters: countQuota(), or releaseQuota() where something only goes away. */
  readonly counts?: Part;
  /** More work to queue: the fragment `queued (id, kind, queue, attempt)`. */
  readonly queues?: Part;
  /** What the operation stores for the request that waits for it: SQL for a jsonb over `operations o`. */
  readonly result?: string;
  /**
   * Other resources that became an error, each with a message of its own: a SELECT of `resource` (as in
   * messageEventId()), `id` and `project_id`.
   */
  readonly alsoFailed?: string;
}

export interface Work<K extends Kind, N extends Needs, Step extends string, U extends Use, M extends Needs> {
  readonly kind: K;
  /** What it does, in a sentence. */
  readonly does: string;
  readonly steps: readonly Step[];
  readonly needs: N;
  readonly uses: readonly U[];
  /** Calls the driver. Throws the driver's error. May run again for the same operation. */
  run(given: Given<N>, operation: Operation<Step>, context: Context<U>): Promise<Result>;
  /** The scheduler's step, for work that can go to several back ends. */
  readonly schedule?: Schedule<M>;
  /**
   * Runs when the driver refuses and another pool may be tried: removes everything that was begun here. If it cannot,
   * the work fails with the driver's reason.
   */
  readonly leave?: (given: Given<N>, context: Context<U>) => Promise<void>;
  /** Undoes, as far as possible, what was begun elsewhere by work that has failed for good. */
  readonly abandon?: Abandon;
  /** Null for a question: it leaves no message. */
  readonly events: { readonly done: string; readonly failed: string } | null;
  /**
   * What the user is told when it fails: the action and the detail. The message is about the operation's resource, or
   * the one in the CTE `resource`; with `nobody` only the waiting request gets it.
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
  /** It does not choose among pools, and receives none. */
  readonly isPoolless?: true;
  run(given: Given<N>, operation: Operation, pools: readonly Pool[], ports: WorkerPorts): Promise<Scheduled>;
}

/** Without a claim of its own: it has what every claim returns. */
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
