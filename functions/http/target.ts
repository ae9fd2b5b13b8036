// What an operation is done to: the resource that its path or its body names.
import type { Call } from './call.ts';

export interface Target<Param extends string> {
  /** The parameter of the path that holds its id, a UUID. Any other text there is the id of nothing: 404. */
  readonly param?: Param;
  /** What the 404 says. */
  readonly absent?: (id: string) => string;
  /**
   * Whether the actor can see it. Asked only after a rule has refused, so that what cannot be seen is
   * not found (404) rather than forbidden (403).
   */
  exists?(call: Call<unknown, Param>): Promise<boolean>;
  /** The user who made it; null: nobody knows. Asked only for rules of an operator's file that compare it. */
  owner?(call: Call<unknown, Param>): Promise<string | null>;
}
