// The dispatcher: tells subscriptions of events. It reads each page of the log once for all subscriptions that have
// come to it, and finds in memory who asks for what. Several may run: each subscription is one's at a time.
import { type Recent, recent } from '../../infra/recent/port.ts';
import type { Webhooks } from '../../infra/webhooks/port.ts';
import type { EventRow } from '../../schema/cloud-event.ts';
import { type EventPosition, isAfter } from '../../schema/events.ts';
import type { WorkerPorts } from '../ports.ts';
import { readEvents, readEventsAfter } from '../store/webhooks/log.ts';
import { type Chosen, choose, type Item, isNothing, longestWindow, mostWaiting } from './choose.ts';
import type { Lane } from './lane.ts';
import { claimedLanes } from './lanes.ts';
import { restAfter } from './rest.ts';
import { mostFailures } from './retries.ts';
import { settler } from './settler.ts';
import { type Telling, tell } from './tell.ts';
import { turns } from './turns.ts';

/** How often it writes down how far it has read where there was nothing to tell. */
const advanceMilliseconds = 60_000;
/** After a failure of the database. */
const againMilliseconds = 1_000;

export interface DispatcherPorts extends Pick<WorkerPorts, 'database' | 'clock' | 'ids' | 'log' | 'secrets'> {
  readonly webhooks: Webhooks;
}

/** How often it does what, and how long it keeps what it has. */
export interface Pace {
  /** How often it looks for new events while it has subscriptions. */
  readonly lookMilliseconds: number;
  /** How often it says that it lives and takes new subscriptions. */
  readonly claimMilliseconds: number;
  /** How long it keeps them when it says nothing more: several times that. */
  readonly leaseSeconds: number;
}

export interface DispatcherSettings {
  /** Requests to receivers at once, of all subscriptions. */
  readonly atOnce: number;
  /** Requests that begin in a second: what is left of the processor is for others. */
  readonly perSecond: number;
  readonly pace?: Pace;
}

export const defaultPace: Pace = { lookMilliseconds: 500, claimMilliseconds: 3_000, leaseSeconds: 20 };

interface Work {
  readonly lane: Lane;
  readonly chosen: Chosen;
}

/** Delivers until the signal is aborted, or with `untilIdle` until there is nothing to be delivered now. */
export async function dispatch(
  ports: DispatcherPorts,
  { pace = defaultPace, ...bounds }: DispatcherSettings,
  signal: AbortSignal,
  { untilIdle = false } = {},
): Promise<void> {
  const { clock, log, database } = ports;
  const { lookMilliseconds, claimMilliseconds, leaseSeconds } = pace;
  const lanes = claimedLanes(ports, leaseSeconds);
  const known: Recent<EventRow> = recent(500);
  const underWay = new Set<Promise<void>>();
  const settle = settler({ ...ports, isMine: lanes.isMine });
  const isStopping = () => signal.aborted;
  const telling: Telling = { ...ports, lanes, settle, turn: turns(clock, bounds, isStopping), isStopping };
  let stirring = new AbortController();
  const stir = () => stirring.abort(new Error('there may be more to do'));
  signal.addEventListener('abort', stir, { once: true });

  const begin = ({ lane, chosen }: Work) => {
    lane.isBusy = true;
    const told: Promise<void> = tell(telling, lane, chosen)
      .catch((error: unknown) => log.error('delivery-failed', { id: lane.id, reason: String(error) }))
      .finally(() => {
        lane.isBusy = false;
        underWay.delete(told);
        stir();
      });
    underWay.add(told);
  };

  /** One look at the log; whether something was found, so that there may be more. */
  const look = async (): Promise<boolean> => {
    const now = clock.now();
    const most = windowOf(lanes.all.size, bounds.perSecond);
    const ready = [...lanes.all.values()].filter((one) => !one.isBusy && one.retryAt <= now);
    const works: Work[] = ready.filter((one) => !reads(one)).flatMap((one) => workOf(one, [], now, most));
    const readers = ready.filter(reads);
    let hasRead = false;
    for (const from of ends(readers)) {
      const page = await readEventsAfter(database, from, most * eventsOfOne);
      for (const one of page) known.set(one.sequence, one);
      hasRead ||= page.length > 0;
      const chosen = new Set(works.map(({ lane }) => lane));
      const here = readers.filter((one) => !chosen.has(one) && isOn(one, from, page));
      works.push(...here.flatMap((one) => workOf(one, page, now, most)));
    }
    const confirmed = new Set(await lanes.confirm(works.map(({ lane }) => lane)));
    const sure = works.filter(({ lane }) => confirmed.has(lane));
    for (const work of await withEvents(ports, sure, known)) begin(work);
    return hasRead || sure.length > 0;
  };

  let [nextClaim, nextAdvance] = [0, clock.now() + advanceMilliseconds];
  while (!signal.aborted) {
    stirring = new AbortController();
    let pause = lookMilliseconds;
    const begun = clock.now();
    try {
      if (clock.now() >= nextClaim) {
        await lanes.claim();
        nextClaim = clock.now() + claimMilliseconds;
      }
      if (lanes.all.size === 0) pause = claimMilliseconds;
      else if (await look()) pause = restAfter(clock.now() - begun);
      else if (untilIdle && underWay.size === 0) break;
      if (clock.now() >= nextAdvance) {
        await lanes.advance();
        nextAdvance = clock.now() + advanceMilliseconds;
      }
    } catch (error) {
      log.warn('dispatch-failed', { reason: String(error) });
      [pause, nextClaim] = [againMilliseconds, 0];
    }
    if (untilIdle && lanes.all.size === 0) break;
    // Whoever has just been told waits for the others, so that one look is for many.
    const least = restAfter(clock.now() - begun);
    if (!signal.aborted) await clock.sleep(Math.min(pause, least), signal).catch(() => {});
    if (pause > least && !signal.aborted) await clock.sleep(pause - least, stirring.signal).catch(() => {});
  }
  await Promise.all(underWay);
  await lanes
    .advance()
    .then(() => lanes.release())
    .catch((error: unknown) => log.warn('dispatcher-not-released', { reason: String(error) }));
}

/** Whether it may take new events: not while it only tries whether its receiver is there, nor with too many waiting. */
function reads({ held, failures }: Lane): boolean {
  if (held.size > 0 && failures >= mostFailures) return false;
  return [...held.values()].reduce((sum, rows) => sum + rows.length, 0) < mostWaiting;
}

/** Events of a page for each that one subscription is told: it may not ask for all. */
const eventsOfOne = 30;

/** Nobody waits for the others for much longer than this, and nothing is sent that was confirmed much before. */
const roundSeconds = 5;
const windowOf = (lanes: number, perSecond: number) =>
  Math.max(1, Math.min(longestWindow, Math.ceil((perSecond * roundSeconds) / Math.max(1, lanes))));

function workOf(lane: Lane, page: readonly EventRow[], now: number, most: number): Work[] {
  const chosen = choose(lane, page, now, most);
  if (!isNothing(chosen)) return [{ lane, chosen }];
  lane.scanned = chosen.upTo;
  return [];
}

/** The places that are read from: of whoever is furthest behind, and of whoever is furthest. */
function ends(readers: readonly Lane[]): EventPosition[] {
  const [one, ...others] = readers.map(({ scanned }) => scanned);
  if (one === undefined) return [];
  const last = others.reduce((a, b) => (isAfter(a, b) ? b : a), one);
  const first = others.reduce((a, b) => (isAfter(b, a) ? b : a), one);
  return isAfter(first, last) ? [last, first] : [last];
}

/** Whether the page goes on where a subscription is. */
function isOn({ scanned }: Lane, from: EventPosition, page: readonly EventRow[]): boolean {
  const last = page.at(-1) ?? from;
  return !isAfter(from, scanned) && !isAfter(scanned, last);
}

/** Reads the events of what is tried again. */
async function withEvents(
  { database }: DispatcherPorts,
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
