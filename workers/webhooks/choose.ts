// What to deliver to a subscription next: what has failed and is due again, and the events of a page that it asks for.
import type { EventRow } from '../../schema/cloud-event.ts';
import { type EventPosition, isAfter } from '../../schema/events.ts';
import { asksFor } from '../../schema/subscriptions.ts';
import type { Lane, Waiting } from './lane.ts';
import { mostFailures } from './retries.ts';

/** The most deliveries before their outcomes are recorded. As many may come twice when a dispatcher dies. */
export const longestWindow = 32;
/** The most deliveries that wait after a failure. Then the subscription reads no further: the log has the rest. */
export const mostWaiting = 200;

/** One event, and its row where it has one already. */
export interface Item extends EventPosition {
  readonly resourceId: string;
  readonly eventType: string;
  /** Null: it is read before it is sent. */
  readonly event: EventRow | null;
  readonly row: Waiting | null;
}

export interface Chosen {
  /** Each is of one resource, in order: the next is sent once the receiver has taken the one before. */
  readonly chains: readonly (readonly Item[])[];
  /** Items of resources that already wait: they queue behind those. */
  readonly parked: readonly Item[];
  /** How far the log has been read for this. */
  readonly upTo: EventPosition;
}

const itemOf = (event: EventRow): Item => ({
  transaction: event.transaction,
  sequence: event.sequence,
  resourceId: event.resource_id,
  eventType: event.type,
  event,
  row: null,
});

const itemOfRow = (row: Waiting): Item => ({ ...row, event: null, row });

/** What to send to a receiver that works; or to another, the one delivery that tries whether it works again. */
export function choose(lane: Lane, page: readonly EventRow[], now: number, window = longestWindow): Chosen {
  const isTrying = lane.failures >= mostFailures;
  const waiting = [...lane.held.values()];
  const due = waiting.filter(([first]) => first !== undefined && (isTrying || (first.nextAt ?? 0) <= now));
  if (isTrying && due.length > 0) {
    const oldest = due.map(([first]) => first as Waiting).reduce((a, b) => (isAfter(a, b) ? b : a));
    return { chains: [[itemOfRow(oldest)]], parked: [], upTo: lane.scanned };
  }
  const held = waiting.reduce((sum, rows) => sum + rows.length, 0);
  const fresh = freshOf(lane, page, isTrying ? 1 : window, mostWaiting - held);
  return { ...fresh, chains: [...due.map((rows) => rows.slice(0, window).map(itemOfRow)), ...fresh.chains] };
}

function freshOf(lane: Lane, page: readonly EventRow[], most: number, room: number): Chosen {
  const chains = new Map<string, Item[]>();
  const parked: Item[] = [];
  let upTo = lane.scanned;
  let count = 0;
  for (const event of page) {
    if (!isAfter(event, lane.scanned)) continue;
    const isAsked = asksFor(lane.asked, event);
    // Each may fail, and then it has to wait too.
    if (isAsked && (count >= most || count >= room)) break;
    upTo = event;
    if (!isAsked) continue;
    count += 1;
    if (lane.held.has(event.resource_id)) parked.push(itemOf(event));
    else {
      const chain = chains.get(event.resource_id) ?? [];
      chain.push(itemOf(event));
      chains.set(event.resource_id, chain);
    }
  }
  return { chains: [...chains.values()], parked, upTo };
}

export const isNothing = ({ chains, parked }: Chosen) => chains.length === 0 && parked.length === 0;
