// A request as handlers receive it.
import type { Actor } from '../../infra/identity/port.ts';
import type { Links } from './links.ts';
import { isAt } from './microversion.ts';
import type { PredicateName } from './microversions.ts';
import type { Policy } from './policy.ts';
import type { Ports } from './ports.ts';
import type { ApiSettings } from './settings.ts';

/** What a handler gets: a request that has been authenticated, negotiated, validated and authorised. */
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
  /** Where the request comes from, as rate limits count it; null: not known. */
  readonly address: string | null;
  /** The values in the path, under the names in the operation's `path`. */
  readonly params: Readonly<Record<Param, string>>;
  readonly query: URLSearchParams;
  readonly body: Body;
  readonly links: Links;
  /** Adds a header to the answer (`addHeader`) or replaces it (`setHeader`), unless the answer is a fault. */
  addHeader(name: string, value: string): void;
  setHeader(name: string, value: string): void;
  /**
   * Moves the request from the places of active requests to those of waiting ones, until it is answered. False when
   * too many wait already: then nothing has changed.
   */
  rest(): boolean;
  /** Aborted when the client has disconnected. */
  gone(): AbortSignal;
}

/** Whether the request's microversion has that behaviour. */
export function at(call: Pick<Call, 'minor'>, predicate: PredicateName): boolean {
  return isAt(call.minor, predicate);
}
