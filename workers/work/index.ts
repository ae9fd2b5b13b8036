// The kinds of work by their names.
import type { Kind } from '../../schema/operations.ts';
import * as list from './list.ts';
import type { AnyWork } from './work.ts';

/** Kinds that a move of a machine queues but nobody implements: each is a line missing in list.ts. */
type Undone = Exclude<Kind, (typeof list)[keyof typeof list]['kind']>;
const isComplete: [Undone] extends [never] ? true : { 'a line is missing in workers/work/list.ts for': Undone } = true;

export const works = Object.values(list) as readonly AnyWork[];
if (!isComplete || new Set(works.map(({ kind }) => kind)).size !== works.length) {
  throw new Error('A kind of work stands twice in workers/work/list.ts.');
}
