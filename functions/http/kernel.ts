// What answers a request: the service's dialect, the outside world, the rules, and the route that was found.
import type { Fault } from './faults.ts';
import type { Limits } from './limits.ts';
import type { Operation, ServiceName } from './operation.ts';
import type { Policy } from './policy.ts';
import type { Ports } from './ports.ts';
import type { ApiSettings } from './settings.ts';

/** How one of our services speaks. */
export interface Dialect {
  readonly service: ServiceName;
  /**
   * Everything below this path belongs to it and is answered in its dialect; null: whatever belongs to no other
   * service.
   */
  readonly root: string | null;
  /** `/v3` */
  readonly version: string;
  readonly fault: (fault: Fault) => object;
  /** Block Storage negotiates microversions; identity has none. */
  readonly hasMicroversions: boolean;
  /** Requests that change something may be sent again with an Idempotency-Key. */
  readonly takesIdempotencyKeys: boolean;
  /** Block Storage takes the project in its paths. */
  readonly hasProjects: boolean;
}

export interface Kernel {
  readonly dialect: Dialect;
  readonly ports: Ports;
  readonly settings: ApiSettings;
  readonly policy: Policy;
  readonly limits: Limits;
}

/** The operations of one method and path: one, or one for each action. */
export interface Route {
  readonly path: string;
  readonly operations: readonly Operation[];
}

/** A request as it arrived. */
export interface IncomingRequest {
  readonly request: Request;
  /** The path as it was sent: see path.ts. */
  readonly path: string;
  /** It names more than one host. */
  readonly hasTwoHosts: boolean;
  /** The client's address; null: not known. */
  readonly address: string | null;
  /** The body, if the platform has already read it; null: it still has to be read. */
  readonly body: Uint8Array | null;
}

/** What the router found: a route and the values of its path, or null. */
export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}
