// Changes of volumes that can be counted: the size of each grows by one, and its event says which it is.
import type { Database } from '../../infra/database/port.ts';
import { recordEvent } from '../../schema/events.ts';
import { fragment, statement } from '../../schema/statement.ts';
import { places } from './world.ts';

/** Two volumes of the world, and their size there. */
export const [own, foreign] = [places.volume_id?.own ?? '', places.volume_id?.foreign ?? ''];
export const firstSize = 2;

const changeText = statement(
  'test.events.change',
  [
    fragment('first', 'UPDATE volumes r SET size_gib = r.size_gib + 1 WHERE r.id = :first::uuid RETURNING r.*'),
    fragment(
      'second',
      'UPDATE volumes r SET size_gib = r.size_gib + 1 FROM first f WHERE r.id = :second::uuid RETURNING r.*',
    ),
    recordEvent('told', 'first', `'volume.resize.end'`, 'volume'),
    recordEvent('told_too', 'second', `'volume.resize.end'`, 'volume'),
  ],
  'SELECT f.id::text AS id FROM first f, second s',
);

/** Changes one volume and then another one, in one statement; the same one twice is changed once. */
export const change = (database: Database, first: string, second: string) =>
  changeText.all(database, { first, second, request_id: 'req-1', now: '2026-11-23T10:00:00Z' });

/** The numbers from `first` on. */
export const from = (first: number, count: number) => Array.from({ length: count }, (_, n) => first + n);

/**
 * Many writers at once, `rounds` changes each. Every other one changes the second volume only, and overtakes the others
 * on their way to it. The sizes that each volume has had afterwards.
 */
export async function changeByMany(database: Database, writers: number, rounds: number) {
  const writing = from(0, writers).map(async (n) => {
    for (const _ of from(0, rounds)) await change(database, n % 2 === 0 ? own : foreign, foreign);
  });
  await Promise.all(writing);
  return new Map([
    [own, from(firstSize + 1, Math.ceil(writers / 2) * rounds)],
    [foreign, from(firstSize + 1, writers * rounds)],
  ]);
}
