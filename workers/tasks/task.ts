import type { Backend, Call } from '../driver.ts';
import type { WorkerPorts } from '../ports.ts';
import type { Claimed } from '../store/claim.ts';

/** Asks the driver. Throws the driver's error; may be asked again for the same operation. */
export type Task = (claimed: Claimed, backend: Backend, call: Call, ports: WorkerPorts) => Promise<TaskResult>;

/** Takes back, as well as can be, what was begun elsewhere for work that has failed for good. */
export type Abandon = (
  claimed: Pick<Claimed, 'id' | 'secret' | 'arguments'>,
  signal: AbortSignal,
  ports: WorkerPorts,
) => Promise<void>;

export interface TaskResult {
  /** Not the end: the volume now lives where it was copied to, and its old back end has to let it go. */
  readonly isMoved?: true;
  /** Not the end: the host that has the volume does its part, and a request says when it is done. */
  readonly waitsForHost?: true;
  /** Not the end: the server that has the volume is to go over to the new object, and a request says what came of it. */
  readonly waitsForServer?: string;
  readonly location: string | null;
  /** What else the settling statement writes down. */
  readonly facts?: Readonly<Record<string, unknown>>;
}
