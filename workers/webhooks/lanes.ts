// The subscriptions that one dispatcher has claimed, in memory, for as long as it renews its lease.
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

/** Three quarters of the lease: the database may take a while to answer, and no two dispatchers may send. */
const safely = (leaseSeconds: number) => leaseSeconds * 750;

export interface Lanes {
  readonly all: ReadonlyMap<string, Lane>;
  /** Whether no other dispatcher can have claimed them yet. */
  isMine(): boolean;
  /** Renews the lease, and claims what is free. When that fails, it starts again as a new dispatcher. */
  claim(): Promise<void>;
  /** Forgets a subscription that another has claimed, or that has changed: then it is claimed again. */
  drop(lane: Lane): void;
  /** Returns those that are still as they were claimed; forgets the others. */
  confirm(lanes: readonly Lane[]): Promise<readonly Lane[]>;
  /** Records how far the log was read for those that had nothing to be delivered. */
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
        // The claim may have been made all the same: what it took is not in memory, and would be served by nobody.
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
