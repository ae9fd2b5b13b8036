// One reader of the log for all streams of a process: each event is read once, written as text once, and handed to
// whoever wants it.

import type { EventRow } from '../../../schema/cloud-event.ts';
import { cursorOf, type EventPosition, isAfter } from '../../../schema/events.ts';
import type { Ports } from '../../http/ports.ts';
import { cloudEvent } from './cloud-event.ts';
import { followEvents } from './store.ts';

/** An event as a stream tells it. */
export interface Entry {
  readonly row: EventRow;
  readonly text: Uint8Array;
}

/** What a stream has not taken: behind that it reads the log itself again. */
const mostUntaken = 256;
/** What is kept for streams that come, in events: they have read the log up to a moment ago. */
const mostKept = 1_000;
const mostRead = 250;
/** After something was heard or read: an older transaction that is still open hides for a moment what is written. */
const firstPause = 5;

const encoder = new TextEncoder();

export const entryOf = (row: EventRow): Entry => ({
  row,
  text: encoder.encode(`id: ${cursorOf(row)}\ndata: ${JSON.stringify(cloudEvent(row))}\n\n`),
});

/** The part of a stream in the feed. */
export interface Live {
  /** What has come, waiting for it until the time is over; null when it was too much: read the log again from `position`. */
  next(milliseconds: number, gone: AbortSignal): Promise<readonly Entry[] | null>;
  /** Behind the last event that was handed over or not wanted. */
  readonly position: EventPosition;
  leave(): void;
}

export interface Feed {
  /** Follows the log from a position that was just read; null: it is too far back, and the log is to be read first. */
  join(position: EventPosition, wants: (row: EventRow) => boolean): Live | null;
}

type Needs = Pick<Ports, 'database' | 'clock' | 'notices' | 'log'>;

export function eventFeed({ database, clock, notices, log }: Needs): Feed {
  const lives = new Set<(entry: Entry) => void>();
  let kept: Entry[] = [];
  /** Everything behind `start` is kept; everything up to `end` was read. */
  let start: EventPosition | undefined;
  let end: EventPosition | undefined;
  let alarm = new AbortController();

  const read = async () => {
    const page = await followEvents(database, end as EventPosition, mostRead); // whoever runs it has set it
    for (const entry of page.events.map(entryOf)) {
      kept.push(entry);
      for (const offer of [...lives]) offer(entry);
    }
    end = page.next;
    if (kept.length > 2 * mostKept) {
      start = kept[kept.length - mostKept - 1]?.row;
      kept = kept.slice(-mostKept);
    }
    return page.hasMore;
  };

  const run = async () => {
    const stop = notices.hear(() => alarm.abort());
    let pause = firstPause;
    while (lives.size > 0) {
      const last = end;
      const hasMore = await read().catch((error: unknown) => {
        log.warn('events-unread', { reason: String(error) });
        return false;
      });
      if (hasMore) continue;
      const isMoving = kept.length > 0 && last !== undefined && isAfter(kept[kept.length - 1]?.row ?? last, last);
      pause = isMoving ? firstPause : Math.min(pause * 2, notices.pauseMilliseconds);
      await clock.sleep(pause, alarm.signal).catch(() => {}); // heard
      if (!alarm.signal.aborted) continue;
      alarm = new AbortController();
      pause = firstPause;
    }
    stop();
    kept = [];
    start = undefined;
    end = undefined;
  };

  return {
    join(position, wants) {
      const isFirst = start === undefined;
      if (start !== undefined && isAfter(start, position)) return null;
      if (isFirst) [start, end] = [position, position];
      const live = liveOf(
        clock,
        position,
        () => end,
        wants,
        (offer) => lives.delete(offer),
      );
      for (const entry of kept) live.offer(entry);
      lives.add(live.offer);
      if (isFirst) void run();
      return live;
    },
  };
}

function liveOf(
  clock: Ports['clock'],
  joined: EventPosition,
  end: () => EventPosition | undefined,
  wants: (row: EventRow) => boolean,
  leave: (offer: (entry: Entry) => void) => void,
): Live & { offer(entry: Entry): void } {
  let untaken: Entry[] = [];
  let isLost = false;
  let position = joined;
  let wake: (() => void) | null = null;
  /** The feed may be behind the place where it was joined. */
  let isBehind = true;
  const offer = (entry: Entry) => {
    if (isBehind && !isAfter(entry.row, joined)) return;
    isBehind = false;
    if (isLost || !wants(entry.row)) return;
    if (untaken.length >= mostUntaken) isLost = true;
    else untaken.push(entry);
    wake?.();
  };
  return {
    offer,
    get position() {
      return position;
    },
    leave: () => leave(offer),
    async next(milliseconds, gone) {
      if (untaken.length === 0 && !isLost) await nap(clock, milliseconds, gone, (one) => (wake = one));
      wake = null;
      const taken = untaken;
      untaken = [];
      const last = taken.at(-1)?.row;
      const reached = end();
      if (last !== undefined) position = last;
      else if (!isLost && reached !== undefined && isAfter(reached, position)) position = reached;
      if (taken.length > 0) return taken;
      return isLost ? null : taken;
    },
  };
}

/** Resolves when it is woken, the time is over or the client has gone. */
async function nap(
  clock: Ports['clock'],
  milliseconds: number,
  gone: AbortSignal,
  tell: (wake: () => void) => void,
): Promise<void> {
  const over = new AbortController();
  const wake = () => over.abort();
  tell(wake);
  gone.addEventListener('abort', wake);
  await clock.sleep(gone.aborted ? 0 : milliseconds, over.signal).catch(() => {}); // woken
  gone.removeEventListener('abort', wake);
}
