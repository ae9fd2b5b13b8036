// An API operation as a value. The list of them is the API: the router, the microversion gate, policy, validation,
// OpenAPI and the tests that run for every operation all come from it.
import type { Static, TSchema } from '@sinclair/typebox';
import type { AnswerType, AnswerTypes } from './answer-types.ts';
import type { Call } from './call.ts';
import type { ListSpec } from './list.ts';
import type { Version } from './microversion.ts';
import type { Rules } from './policy.ts';
import type { Target } from './target.ts';

export { at, type Call } from './call.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** An answer that needs more than the operation's success code and a JSON body. */
export class Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** The parameters in a path: `/volumes/{volume_id}/metadata/{key}` has `volume_id` and `key`. */
export type ParamsIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamsIn<Rest>
  : never;

interface Described<Path extends string = string, Param extends string = string> {
  /** Unique, kebab-case, the resource first: `volume-create`. */
  readonly name: string;
  readonly summary: string;
  readonly method: Method;
  /** The path after the version and the project: `/volumes/{volume_id}`. */
  readonly path: Path;
  /** Where the path starts, if not after version and project: at the root of the host, or after the version only. */
  readonly at?: 'root' | 'version';
  /** The one key in the body of a POST …/action. */
  readonly action?: string;
  /** The microversion that added it; before that the route does not exist. */
  readonly since?: Version;
  /** Rules that the actor must all pass. Empty: every valid token will do. */
  readonly policy: readonly string[];
  /** Needs no token. */
  readonly open?: true;
  /** For whoever monitors the service: no rate limit applies, so it must cost next to nothing. */
  readonly isProbe?: true;
  readonly success: number;
  /** The success code of HEAD, which the GET serves, if it differs: then the answer has no body. */
  readonly head?: number;
  /** The query parameters of a list. */
  readonly list?: ListSpec;
  /** More query parameters, for the docs. */
  readonly queryParameters?: Readonly<Record<string, string>>;
  /** A refused rule is a 404 too: an actor who may not see it does not learn that it exists. */
  readonly hides?: true;
  /** What it acts on. */
  readonly target?: Target<Param>;
  /** The type of a successful answer. None: no body. */
  readonly answers?: AnswerType;
  /** The types of answers with other statuses that are not faults; null: no body. */
  readonly otherwise?: Readonly<Record<number, AnswerType | null>>;
  /** The headers of a successful answer, in addition to those of every answer. */
  readonly headers?: AnswerTypes;
  /**
   * With `Prefer: wait` the answer is sent when this value changes, and at once when it is null: it is the part of
   * the answer that shows the work in progress. `itself`: the handler waits.
   */
  readonly waits?: 'itself' | ((answer: never) => string | null);
  /** It can answer with a stream of server-sent events, to clients that accept one. */
  readonly streams?: true;
  /** The statuses of its own faults, in addition to those of every operation. */
  readonly faults?: readonly number[];
}

/** Rules that only some requests must also pass, each with the condition. */
type FurtherPolicy<Body> = Readonly<Record<string, (call: Call<Body>) => boolean>>;

export interface Operation extends Described {
  readonly body?: TSchema;
  readonly furtherPolicy?: FurtherPolicy<never>;
  /** Returns the body of the answer (undefined: none), or an Answer. */
  readonly handler: (call: never) => Promise<unknown>;
}

/** An operation with a body: the schema gives the handler's body its type, the path its parameters. */
export function operation<Body extends TSchema, const Path extends string>(
  value: Described<Path, ParamsIn<Path>> & {
    readonly body: Body;
    readonly furtherPolicy?: FurtherPolicy<Static<Body>>;
    readonly handler: (call: Call<Static<Body>, ParamsIn<Path>>) => Promise<unknown>;
  },
): Operation;
/** An operation without a body. */
export function operation<const Path extends string>(
  value: Described<Path, ParamsIn<Path>> & {
    readonly furtherPolicy?: FurtherPolicy<unknown>;
    readonly handler: (call: Call<unknown, ParamsIn<Path>>) => Promise<unknown>;
  },
): Operation;
export function operation(value: Operation): Operation {
  return value;
}

/** Our services, by their type in a catalog. */
export type ServiceName = 'block-storage' | 'identity' | 'image' | 'key-manager';

/** One folder of operations, with the rules that they name. */
export interface Resource {
  readonly name: string;
  readonly operations: readonly Operation[];
  readonly rules: Rules;
}
