import { statement } from '../../schema/statement.ts';
import type { Clock } from '../clock/port.ts';
import type { Database } from '../database/port.ts';
import type { Signals } from '../signals/port.ts';
import { memoryNotices } from './memory.ts';
import type { Ended, Notices } from './port.ts';

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
/** Who waits for a resource has time: its looks are many. */
const shortestPause = 250;

/** Notices between the processes of a database: heard where a word arrives, and else read from the operation. */
export function postgresNotices({ database, clock, signals }: PostgresNoticesOptions): Notices {
  const here = memoryNotices({ clock });
  let isHearing = false;
  const listen = () => {
    if (!isHearing) signals.hear(topic, (word) => here.done(endedOf(word)));
    isHearing = true;
  };
  const hasEnded = async (id: string) => (await text.all(database, { id })).length > 0;
  return {
    get pauseMilliseconds() {
      return Math.max(signals.pauseMilliseconds, shortestPause);
    },
    left: () => Number.POSITIVE_INFINITY,
    usual: here.usual,
    hear(heard) {
      listen();
      return here.hear(heard);
    },
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
    done(one) {
      if (!isHearing) here.done(one); // or it is heard as a word of this process
      signals.tell(topic, wordOf(one));
    },
  };
}

const wordOf = ({ operation, resource, kind, milliseconds }: Ended) =>
  [operation, resource, kind, Math.round(milliseconds)].join(' ');

function endedOf(word: string): Ended {
  const [operation = '', resource = '', kind = '', milliseconds = '0'] = word.split(' ');
  return { operation, resource, kind, milliseconds: Number(milliseconds) };
}
