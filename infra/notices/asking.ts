import { statement } from '../../schema/statement.ts';
import type { Clock } from '../clock/port.ts';
import type { Database } from '../database/port.ts';
import type { Notices } from './port.ts';

const text = statement(
  'notices.ended',
  `SELECT 1 AS one FROM operations o WHERE o.id = :id::uuid AND o.status IN ('done', 'failed')`,
);

/** Most connections take 0.2 s; one that takes 20 s costs 27 statements. */
const firstMilliseconds = 100;
const lastMilliseconds = 1000;

export interface AskingNoticesOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** How long the request may still take: a wait is never longer. Default: as long as is asked for. */
  readonly left?: () => number;
}

/** Notices where no process lives long enough to hear another: the operation is read, in pauses that grow. */
export function askingNotices({
  database,
  clock,
  left = () => Number.POSITIVE_INFINITY,
}: AskingNoticesOptions): Notices {
  // A database that does not answer says nothing of the operation.
  const hasEnded = (id: string) =>
    database.all(text, { id }).then(
      (rows) => rows.length > 0,
      () => false,
    );
  return {
    pauseMilliseconds: 500,
    left,
    usual: () => null,
    hear: () => () => {},
    async wait(operation, milliseconds) {
      const until = clock.now() + Math.min(milliseconds, left());
      for (let pause = firstMilliseconds; ; pause = Math.min(pause * 1.5, lastMilliseconds)) {
        const rest = until - clock.now();
        if (rest <= 0) return false;
        await clock.sleep(Math.min(pause, rest));
        if (await hasEnded(operation)) return true;
      }
    },
    done() {},
  };
}
