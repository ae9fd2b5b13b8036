// What is to be delivered now. Each page of the log is read once for all subscriptions that have come that far; which
// events they ask for is decided in memory.
import { type Recent, recent } from '../../infra/recent/port.ts';
import type { EventRow } from '../../schema/cloud-event.ts';
import { type EventPosition, isAfter } from '../../schema/events.ts';
import type { WorkerPorts } from '../ports.ts';
import { readEvents, readEventsAfter } from '../store/webhooks/log.ts';
import { type Chosen, choose, type Item, isNothing, longestWindow, mostWaiting } from './choose.ts';
import type { Lane } from './lane.ts';
import type { Lanes } from './lanes.ts';
import { mostFailures } from './retries.ts';

export interface Work {
  readonly lane: Lane;
  readonly chosen: Chosen;
}

export interface Found {
  readonly works: readonly Work[];
  /** Events were read, or there is work: there may be more. */
  readonly mayHaveMore: boolean;
}

type Needs = Pick<WorkerPorts, 'database' | 'clock'>;

/** Finds work only of subscriptions that, after the log was read, were confirmed to be still the dispatcher's. */
export function workFinder({ database, clock }: Needs, lanes: Lanes, perSecond: number): () => Promise<Found> {
  const known: Recent<EventRow> = recent(500);
  return async () => {
    const now = clock.now();
    const window = windowOf(lanes.all.size, perSecond);
    const ready = [...lanes.all.values()].filter((one) => !one.isBusy && one.retryAt <= now);
    const works = ready.filter((one) => !readsOn(one)).flatMap((one) => workOf(one, [], now, window));
    const readers = ready.filter(readsOn);
    let hasRead = false;
    for (const from of startsOf(readers)) {
      const page = await readEventsAfter(database, from, window * eventsOfOne);
      for (const one of page) known.set(one.sequence, one);
      hasRead ||= page.length > 0;
      const busy = new Set(works.map(({ lane }) => lane));
      const here = readers.filter((one) => !busy.has(one) && isWithin(one, from, page));
      works.push(...here.flatMap((one) => workOf(one, page, now, window)));
    }
    const confirmed = new Set(await lanes.confirm(works.map(({ lane }) => lane)));
    const sure = works.filter(({ lane }) => confirmed.has(lane));
    return { works: await withEvents(database, sure, known), mayHaveMore: hasRead || sure.length > 0 };
  };
}

/** A subscription waits for the others hardly longer than this, and what is sent was confirmed hardly longer ago. */
const roundSeconds = 5;

/** The most deliveries to one subscription before the next round. */
const windowOf = (lanes: number, perSecond: number) =>
  Math.max(1, Math.min(longestWindow, Math.ceil((perSecond * roundSeconds) / Math.max(1, lanes))));

/** How many events a page has for each delivery to a subscription, which may not ask for all of them. */
const eventsOfOne = 30;

/** Whether it may take new events: not while it only tries whether its receiver works, nor with too many waiting. */
function readsOn({ held, failures }: Lane): boolean {
  if (held.size > 0 && failures >= mostFailures) return false;
  return [...held.values()].reduce((sum, rows) => sum + rows.length, 0) < mostWaiting;
}

/** One piece of work; or none, and then the subscription has come past the page. */
function workOf(lane: Lane, page: readonly EventRow[], now: number, window: number): Work[] {
  const chosen = choose(lane, page, now, window);
  if (!isNothing(chosen)) return [{ lane, chosen }];
  lane.scanned = chosen.upTo;
  return [];
}

/** The positions from which pages are read: that of the subscription furthest behind, and of the one furthest ahead. */
function startsOf(readers: readonly Lane[]): EventPosition[] {
  const [one, ...others] = readers.map(({ scanned }) => scanned);
  if (one === undefined) return [];
  const behind = others.reduce((a, b) => (isAfter(a, b) ? b : a), one);
  const ahead = others.reduce((a, b) => (isAfter(b, a) ? b : a), one);
  return isAfter(ahead, behind) ? [behind, ahead] : [behind];
}

/** Whether a subscription stands within a page, so that the page has what follows for it. */
function isWithin({ scanned }: Lane, from: EventPosition, page: readonly EventRow[]): boolean {
  const last = page.at(-1) ?? from;
  return !isAfter(from, scanned) && !isAfter(scanned, last);
}

/** Adds the events of what is tried again. */
async function withEvents(
  database: Needs['database'],
  works: readonly Work[],
  known: Recent<EventRow>,
): Promise<Work[]> {
  const items = works.flatMap(({ chosen }) => chosen.chains.flat());
  const wanted = items.filter(({ event, row }) => event === null && row?.kind !== 'test');
  const missing = new Set(wanted.map(({ sequence }) => sequence).filter((one) => known.get(one) === undefined));
  const read = missing.size === 0 ? new Map<string, EventRow>() : await readEvents(database, [...missing]);
  const filled = (item: Item): Item => ({
    ...item,
    event: item.event ?? read.get(item.sequence) ?? known.get(item.sequence) ?? null,
  });
  return works.map(({ lane, chosen }) => ({
    lane,
    chosen: { ...chosen, chains: chosen.chains.map((chain) => chain.map(filled)) },
  }));
}
