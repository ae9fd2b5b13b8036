import type { DatabaseName } from './figures.ts';
import type { Bounds } from './load.ts';

/** How much is measured, of what. */
export interface Plan {
  readonly database: DatabaseName;
  readonly quick: boolean;
  readonly rounds: number;
  readonly bounds: Bounds;
  /** Volumes of one round of creates. */
  readonly creates: number;
  wants(name: string): boolean;
  say(what: string): void;
  /** A new, empty database; null: the embedded one, in the data folder. */
  freshDatabase(): Promise<string | null>;
}
