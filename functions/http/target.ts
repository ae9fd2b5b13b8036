// What an operation acts on: the resource that its path or its body names.
import type { Call } from './call.ts';

export interface Target<Param extends string> {
  /** The path parameter with its id, a UUID. Any other text there is nobody's id: 404. */
  readonly param?: Param;
  /** What the 404 says. */
  readonly absent?: (id: string) => string;
  /**
   * Whether the actor can see it. Asked only after a rule has refused, so that what the actor cannot see is not found
   * (404) rather than forbidden (403).
   */
  exists?(call: Call<unknown, Param>): Promise<boolean>;
  /** The user who created it; null: not known. Asked only for rules of an operator's file that compare it. */
  owner?(call: Call<unknown, Param>): Promise<string | null>;
}
