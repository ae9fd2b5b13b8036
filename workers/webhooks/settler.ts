// Records outcomes in the database. What arrives during one statement, of any subscription, goes into the next.
import { type Clock, timestamp } from '../../infra/clock/port.ts';
import type { Database } from '../../infra/database/port.ts';
import type { Log } from '../../infra/log/port.ts';
import { type DeliveryRecord, type SettledLane, settleDeliveries } from '../store/webhooks/settle.ts';
import { restAfter } from './rest.ts';

/** A record has some 2 KB at most. */
const mostRecords = 300;
const againMilliseconds = 1_000;

interface Needs {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether the dispatcher still holds what it claimed. */
  isMine(): boolean;
}

interface Entry {
  readonly lane: SettledLane;
  readonly records: readonly DeliveryRecord[];
  settled(isMine: boolean): void;
}

/** Resolves when it is written; to false when the subscription no longer belonged to the dispatcher. */
export type Settle = (lane: SettledLane, records: readonly DeliveryRecord[]) => Promise<boolean>;

export function settler(needs: Needs): Settle {
  const waiting: Entry[] = [];
  let isRunning = false;
  const run = async () => {
    isRunning = true;
    while (waiting.length > 0) {
      const begun = needs.clock.now();
      await write(needs, nextOf(waiting));
      // What arrives meanwhile is written together.
      await needs.clock.sleep(restAfter(needs.clock.now() - begun));
    }
    isRunning = false;
  };
  return (lane, records) =>
    new Promise((settled) => {
      waiting.push({ lane, records, settled });
      if (!isRunning) void run();
    });
}

function nextOf(waiting: Entry[]): Entry[] {
  let count = 0;
  const end = waiting.findIndex(({ records }, n) => {
    count += records.length + 1;
    return n > 0 && count > mostRecords;
  });
  return waiting.splice(0, end === -1 ? waiting.length : end);
}

async function write({ database, clock, log, isMine }: Needs, entries: readonly Entry[]): Promise<void> {
  const lanes = entries.map(({ lane }) => lane);
  const records = entries.flatMap((one) => one.records);
  for (;;) {
    try {
      const mine = await settleDeliveries(database, timestamp(clock), lanes, records);
      for (const { lane, settled } of entries) settled(mine.has(lane.id));
      return;
    } catch (error) {
      log.warn('deliveries-not-written', { reason: String(error), isMine: isMine() });
      if (!isMine()) break;
      await clock.sleep(againMilliseconds);
    }
  }
  for (const { settled } of entries) settled(false);
}
