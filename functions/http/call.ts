// A request as handlers get it.
import type { Actor } from '../../infra/identity/port.ts';
import type { Links } from './links.ts';
import { isAt } from './microversion.ts';
import type { PredicateName } from './microversions.ts';
import type { Policy } from './policy.ts';
import type { ApiSettings, Ports } from './ports.ts';

/** What a handler is given: a request that has been authenticated, negotiated, validated and authorised. */
export interface Call<Body = unknown, Param extends string = never> {
  readonly ports: Ports;
  readonly settings: ApiSettings;
  readonly policy: Policy;
  readonly actor: Actor;
  /** The actor of X-Service-Token, when there is a valid one. */
  readonly service: Actor | null;
  readonly minor: number;
  readonly requestId: string;
  readonly trace: string | null;
  readonly headers: Headers;
  /** Where the request comes from, as limits count it; null: not known. */
  readonly address: string | null;
  /** The values in the path, by the names that the operation's `path` gives them. */
  readonly params: Readonly<Record<Param, string>>;
  readonly query: URLSearchParams;
  readonly body: Body;
  readonly links: Links;
  /** Gives the answer, if it is no fault, a header: beside the values that it has under that name, or in their place. */
  addHeader(name: string, value: string): void;
  setHeader(name: string, value: string): void;
  /**
   * Gives up the place among the requests that are served for one among those that wait, until it is answered. False
   * when too many wait already: then nothing has changed.
   */
  rest(): boolean;
  /** Aborted when the client has gone away. */
  gone(): AbortSignal;
}

/** Whether the request's microversion has that behaviour. */
export function at(call: Pick<Call, 'minor'>, predicate: PredicateName): boolean {
  return isAt(call.minor, predicate);
}
