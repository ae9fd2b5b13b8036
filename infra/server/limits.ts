// How much of the server one client may have, and for how long.

export interface ServerLimits {
  /** From the first byte of a connection, or of its next request, until the headers are whole. */
  readonly headerSeconds: number;
  /** Until the request is whole. */
  readonly requestSeconds: number;
  /** From the end of an answer until the client has taken it. */
  readonly answerSeconds: number;
  /** Null: no limit. */
  readonly connections: number | null;
  /** Of one client, as `clientOf` tells them apart. Null: no limit. */
  readonly connectionsPerClient: number | null;
}

export const defaultServerLimits: ServerLimits = {
  headerSeconds: 10,
  requestSeconds: 20,
  answerSeconds: 30,
  connections: 8192,
  connectionsPerClient: 2048,
};
