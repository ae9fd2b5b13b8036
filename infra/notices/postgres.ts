import { statement } from '../../schema/statement.ts';
import type { Clock } from '../clock/port.ts';
import type { Database } from '../database/port.ts';
import type { Signals } from '../signals/port.ts';
import { memoryNotices } from './memory.ts';
import type { Notices } from './port.ts';

const text = statement(
  'notices.has-ended',
  `SELECT 1 AS one FROM operations o WHERE o.id = :id::uuid AND o.status IN ('done', 'failed')`,
);

export interface PostgresNoticesOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly signals: Signals;
}

const topic = 'done';

/** Notices between the processes of a database: heard where a word arrives, and else read from the operation. */
export function postgresNotices({ database, clock, signals }: PostgresNoticesOptions): Notices {
  const here = memoryNotices({ clock });
  let isHearing = false;
  const listen = () => {
    if (!isHearing) signals.hear(topic, (operation) => here.done(operation));
    isHearing = true;
  };
  const hasEnded = async (id: string) => (await text.all(database, { id })).length > 0;
  return {
    async wait(operation, milliseconds) {
      listen();
      const until = clock.now() + milliseconds;
      for (let left = milliseconds; left > 0; left = until - clock.now()) {
        if (await here.wait(operation, Math.min(left, signals.pauseMilliseconds))) return true;
        // A database that does not answer says nothing of the operation.
        if (await hasEnded(operation).catch(() => false)) return true;
      }
      return false;
    },
    done(operation) {
      here.done(operation);
      signals.tell(topic, operation);
    },
  };
}
