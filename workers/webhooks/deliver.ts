// Delivers what was chosen for one subscription: several resources at once, the events of each in order.
import type { Ids } from '../../infra/ids/port.ts';
import { type EventPosition, isAfter } from '../../schema/events.ts';
import type { SubscriptionState } from '../../schema/subscriptions.ts';
import type { DeliveryRecord } from '../store/webhooks/settle.ts';
import type { Outcome } from './attempt.ts';
import type { Chosen, Item } from './choose.ts';
import type { Lane } from './lane.ts';
import { mostFailures, nextAttempt, silentUntil, tryMilliseconds } from './retries.ts';

/** How many resources of one subscription are delivered at once. */
const sideBySide = 4;

export interface Delivered {
  readonly records: readonly DeliveryRecord[];
  readonly position: EventPosition;
  readonly failures: number;
  readonly retryAt: number;
  readonly state: SubscriptionState;
  readonly reason: string | null;
}

interface Needs {
  readonly ids: Ids;
  /** Makes one attempt; null when it may no longer be made. */
  attempt(item: Item): Promise<Outcome | null>;
}

/** The state of the receiver during the deliveries. */
interface Health {
  failures: number;
  retryAt: number;
  state: SubscriptionState;
  reason: string | null;
  /** Nothing more is sent for now. */
  isCut: boolean;
}

export async function deliver(needs: Needs, lane: Lane, chosen: Chosen): Promise<Delivered> {
  const { failures, retryAt } = lane;
  const health: Health = { failures, retryAt, state: 'enabled', reason: null, isCut: false };
  const outcomes = new Map<Item, Outcome>();
  const chains = chosen.chains.values(); // shared by the runners
  const runner = async () => {
    for (const chain of chains) {
      for (const item of chain) {
        const outcome = health.isCut ? null : await needs.attempt(item);
        if (outcome === null) break;
        outcomes.set(item, outcome);
        judge(needs.ids, health, item, outcome);
        if (outcome.is !== 'taken' && outcome.is !== 'lost') break;
      }
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, runner));
  return { ...health, ...written(needs.ids, lane, chosen, outcomes) };
}

/** Updates the health by one outcome. That of a test does not count: its owner sees it. */
function judge(ids: Ids, health: Health, { row }: Item, { is, at, retryAfter, error }: Outcome): void {
  if (is === 'taken') health.failures = 0;
  if (is === 'taken' || is === 'lost' || row?.kind === 'test') return;
  if (is === 'gone') Object.assign(health, { state: 'disabled', reason: error, isCut: true });
  health.failures += 1;
  const waits = [retryAfter === null ? 0 : at + retryAfter, silentUntil(ids, health.failures, at) ?? 0];
  health.retryAt = Math.max(health.retryAt, ...waits);
  if (retryAfter !== null || health.failures >= mostFailures) health.isCut = true;
  if (is === 'failed' && at >= (row?.firstAt ?? at) + tryMilliseconds) {
    const reason = `An event was not taken for a day. ${error}`;
    Object.assign(health, { state: 'paused', reason, isCut: true });
  }
}

function written(ids: Ids, lane: Lane, chosen: Chosen, outcomes: ReadonlyMap<Item, Outcome>) {
  const records: { readonly item: Item; readonly record: DeliveryRecord }[] = [];
  let first: Item | null = null; // the earliest of the log that was not tried
  for (const chain of chosen.chains) {
    let isHeld = false;
    for (const item of chain) {
      const outcome = outcomes.get(item);
      if (outcome !== undefined) records.push({ item, record: recordOf(ids, lane, item, outcome) });
      else if (isHeld && item.row === null) records.push({ item, record: behind(ids, lane, item) });
      else if (item.row === null && (first === null || isAfter(first, item))) first = item;
      isHeld ||= outcome?.is === 'failed' || outcome?.is === 'gone';
    }
  }
  for (const item of chosen.parked) records.push({ item, record: behind(ids, lane, item) });
  if (first === null) return { records: records.map(({ record }) => record), position: chosen.upTo };
  const position = before(first);
  // What will be read from the log again needs no row, unless it is done.
  const kept = records.filter(
    ({ item, record }) => item.row !== null || record.status !== 'waiting' || !isAfter(item, position),
  );
  return { records: kept.map(({ record }) => record), position };
}

const before = ({ transaction, sequence }: EventPosition) => ({ transaction, sequence: String(BigInt(sequence) - 1n) });

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();

const commonOf = (ids: Ids, lane: Lane, item: Item) => ({
  id: item.row?.id ?? ids.uuid(),
  subscription_id: lane.id,
  kind: item.row?.kind ?? ('event' as const),
  transaction: item.transaction,
  sequence: item.sequence,
  event_type: item.eventType,
  resource_id: item.resourceId,
});

/** It waits behind another event of its resource. */
const behind = (ids: Ids, lane: Lane, item: Item): DeliveryRecord => ({
  ...commonOf(ids, lane, item),
  ...{ status: 'waiting', attempts: 0, first_attempt_at: null, next_attempt_at: null },
  ...{ answered_status: null, answer: null, error: null, latency_ms: null },
});

function recordOf(ids: Ids, lane: Lane, item: Item, outcome: Outcome): DeliveryRecord {
  const attempts = (item.row?.attempts ?? 0) + 1;
  const firstAt = item.row?.firstAt ?? outcome.at;
  const isOver = outcome.is === 'taken' || outcome.is === 'lost' || item.row?.kind === 'test';
  return {
    ...commonOf(ids, lane, item),
    status: outcome.is === 'taken' ? 'delivered' : isOver ? 'failed' : 'waiting',
    attempts,
    first_attempt_at: iso(firstAt),
    next_attempt_at: isOver ? null : iso(nextAttempt(ids, attempts, firstAt, outcome.at)),
    answered_status: outcome.status,
    answer: outcome.answer,
    error: outcome.error,
    latency_ms: outcome.latency === null ? null : Math.round(outcome.latency),
  };
}
