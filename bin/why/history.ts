// The input of `scoria why`: the answer of GET /scoria/v1/timeline, and names for the ids in it.
import type { Entry } from '../../functions/automation/timeline/view.ts';

export interface History {
  readonly resource: {
    readonly id: string;
    readonly type: string | null;
    readonly name: string | null;
    readonly status: string;
    readonly project_id: string | null;
  };
  /** The newest entries, oldest first. */
  readonly timeline: readonly Entry[];
  /** There are earlier entries. */
  readonly hasEarlier: boolean;
  /** Names of users and projects by their ids, if the identity service is ours. */
  readonly names: Readonly<Record<string, string>>;
}

/** Where a timeline is read from. `name` may be an id. */
export interface Source {
  /** The ids of the resources with that name, newest first. */
  named(name: string): Promise<readonly string[]>;
  /** Null when nothing is known about it. */
  about(id: string, most: number): Promise<History | null>;
}

export const isId = (word: string) => /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(word);
