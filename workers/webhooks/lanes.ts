// The subscriptions that one dispatcher has, in memory, for as long as it says that it lives.
import { timestamp } from '../../infra/clock/port.ts';
import { isAfter } from '../../schema/events.ts';
import type { WorkerPorts } from '../ports.ts';
import {
  type ClaimedRow,
  claimSubscriptions,
  confirmSubscriptions,
  readWaiting,
  releaseSubscriptions,
} from '../store/webhooks/claim.ts';
import { advanceSubscriptions } from '../store/webhooks/settle.ts';
import { heldOf, type Lane, laneOf } from './lane.ts';

/** Less than the lease by what an answer of the database may take: nobody sends when somebody else may have begun. */
const safely = (leaseSeconds: number) => leaseSeconds * 750;

export interface Lanes {
  readonly all: ReadonlyMap<string, Lane>;
  /** Whether nobody else can have them yet. */
  isMine(): boolean;
  /** Says that the dispatcher lives, and takes what is free. Where that fails, it begins again as another one. */
  claim(): Promise<void>;
  /** Forgets it: it is somebody else's, or has changed, and then it is claimed again. */
  drop(lane: Lane): void;
  /** Of these, those that are still as they were claimed; the others are forgotten. */
  confirm(lanes: readonly Lane[]): Promise<readonly Lane[]>;
  /** Writes down how far the log was looked through for those that had nothing to be told. */
  advance(): Promise<void>;
  /** Gives all back. */
  release(): Promise<void>;
}

type Needs = Pick<WorkerPorts, 'database' | 'clock' | 'ids' | 'secrets' | 'log'>;

export function claimedLanes({ database, clock, ids, secrets, log }: Needs, leaseSeconds: number): Lanes {
  const all = new Map<string, Lane>();
  const former = new Set<string>();
  let dispatcher = ids.uuid();
  let until = 0;
  const isMine = () => clock.now() < until;
  const beginAgain = () => {
    former.add(dispatcher);
    dispatcher = ids.uuid();
    all.clear();
    until = 0;
  };
  const take = async (rows: readonly ClaimedRow[]) => {
    if (rows.length === 0) return;
    const waiting = Map.groupBy(
      await readWaiting(
        database,
        rows.map(({ id }) => id),
      ),
      (one) => one.subscription_id,
    );
    for (const row of rows) {
      await laneOf(row, heldOf(waiting.get(row.id) ?? []), secrets).then(
        (lane) => all.set(row.id, lane),
        (error: unknown) => log.error('subscription-cannot-be-opened', { id: row.id, reason: String(error) }),
      );
    }
  };
  const claimAll = async () => {
    for (const one of former) {
      await releaseSubscriptions(database, one);
      former.delete(one);
    }
    for (let hasMore = true; hasMore; ) {
      const at = clock.now();
      const claimed = await claimSubscriptions(database, {
        dispatcher,
        now: timestamp(clock),
        lease_seconds: leaseSeconds,
      });
      until = at + safely(leaseSeconds);
      await take(claimed.rows);
      hasMore = claimed.hasMore;
    }
  };
  const drop = (lane: Lane) => {
    if (all.get(lane.id) === lane) all.delete(lane.id);
  };
  return {
    all,
    isMine,
    drop,
    async claim() {
      if (until > 0 && !isMine()) beginAgain();
      try {
        await claimAll();
      } catch (error) {
        // What was claimed in an unknown outcome is not in memory, and would be nobody's.
        beginAgain();
        throw error;
      }
    },
    async confirm(lanes) {
      if (lanes.length === 0) return [];
      const confirmed = await confirmSubscriptions(database, lanes);
      for (const one of lanes) if (!confirmed.has(one.id)) drop(one);
      return lanes.filter(({ id }) => confirmed.has(id));
    },
    async advance() {
      const ahead = [...all.values()].filter((one) => !one.isBusy && isAfter(one.scanned, one.position));
      if (ahead.length === 0) return;
      await advanceSubscriptions(
        database,
        ahead.map(({ id, fence, scanned }) => ({ id, fence, ...positionOf(scanned) })),
      );
      for (const one of ahead) one.position = one.scanned;
    },
    async release() {
      for (const one of [...former, dispatcher]) await releaseSubscriptions(database, one);
      all.clear();
    },
  };
}

const positionOf = ({ transaction, sequence }: Lane['scanned']) => ({ transaction, sequence });
