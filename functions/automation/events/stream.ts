// Events as a stream of server-sent events: what is in the log, and from then on what comes.

import type { EventRow } from '../../../schema/cloud-event.ts';
import { cursorOf } from '../../../schema/events.ts';
import { fits } from '../../../schema/subscriptions.ts';
import { Fault } from '../../http/faults.ts';
import { Answer, type Call } from '../../http/operation.ts';
import { type Scope, within } from '../../http/policy.ts';
import { filterOf, positionOf, refusedCursor } from './asked.ts';
import { type Entry, entryOf, eventFeed, type Feed } from './feed.ts';
import { type Asked, type EventFilter, type EventPage, headOfEvents, readEvents } from './store.ts';

/** So often something is sent, so that neither side takes the other for gone; it also moves the cursor on. */
const heartbeatMilliseconds = 15_000;
/** Then the client connects again: its token is looked at once more. */
const lifeMilliseconds = 600_000;
const pageOfLog = 250;

export const wantsStream = (headers: Headers) => /(^|,)\s*text\/event-stream\b/i.test(headers.get('accept') ?? '');

/** One feed for all streams on a database. */
const feeds = new WeakMap<Call['ports']['database'], Feed>();

function feedOf({ ports }: Call): Feed {
  const feed = feeds.get(ports.database) ?? eventFeed(ports);
  feeds.set(ports.database, feed);
  return feed;
}

/** Throws 406 where nothing can be streamed, 429 when too many streams are open, and what a list throws. */
export async function streamEvents(call: Call): Promise<Answer> {
  if (!call.settings.streams)
    throw new Fault(406, 'Nothing is streamed here: a function answers once. Send Prefer: wait.');
  const cursor = call.headers.get('last-event-id') ?? call.query.get('after');
  const scope = within(call.actor, call.query.get('all_tenants') === '1');
  const filter = filterOf(call);
  const { database } = call.ports;
  const read = (one: Pick<Asked, 'transaction' | 'sequence'>) =>
    readEvents(database, scope, { ...filter, limit: pageOfLog, transaction: one.transaction, sequence: one.sequence });
  const isNew = cursor === null || cursor === '';
  const first = await (isNew ? fromNow(database) : read(positionOf(cursor))).catch((error: unknown) => {
    throw refusedCursor(error);
  });
  if (!call.rest()) throw new Fault(429, 'Too many streams are open.', { 'Retry-After': '5' });
  const headers = { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' };
  return new Answer(200, chunks(call, wantsOf(scope, filter), first, read), headers);
}

const fromNow = async (database: Call['ports']['database']): Promise<EventPage> => ({
  events: [],
  next: await headOfEvents(database),
  hasMore: false,
});

function wantsOf({ projectId }: Scope, { types, resource, project }: EventFilter): (row: EventRow) => boolean {
  return (row) =>
    (projectId === null || row.project_id === projectId) &&
    (project === null || row.project_id === project) &&
    (resource === null || row.resource_id === resource) &&
    (types === null || types.some((glob) => fits(glob, row.type)));
}

const encoder = new TextEncoder();

/** The cursor without an event: clients keep it as the last id. */
const heartbeat = (position: Parameters<typeof cursorOf>[0]) => encoder.encode(`: \nid: ${cursorOf(position)}\n\n`);

async function* chunks(
  call: Call,
  wants: (row: EventRow) => boolean,
  first: EventPage,
  read: (after: EventPage['next']) => Promise<EventPage>,
): AsyncGenerator<Uint8Array> {
  const { clock } = call.ports;
  const gone = call.gone();
  const until = clock.now() + lifeMilliseconds;
  const isOver = () => gone.aborted || clock.now() >= until;
  yield encoder.encode('retry: 1000\n\n');
  for (let page = first; !isOver(); page = await read(page.next)) {
    if (page.events.length > 0) yield joined(page.events.map(entryOf));
    if (page.hasMore) continue;
    const live = feedOf(call).join(page.next, wants);
    if (live === null) continue;
    try {
      while (!isOver()) {
        const entries = await live.next(heartbeatMilliseconds, gone);
        if (entries === null) break;
        yield entries.length > 0 ? joined(entries) : heartbeat(live.position);
      }
    } finally {
      live.leave();
    }
    page = { ...page, next: live.position };
  }
}

function joined(entries: readonly Entry[]): Uint8Array {
  const [only, ...others] = entries;
  if (only !== undefined && others.length === 0) return only.text;
  const whole = new Uint8Array(entries.reduce((sum, { text }) => sum + text.length, 0));
  let at = 0;
  for (const { text } of entries) {
    whole.set(text, at);
    at += text.length;
  }
  return whole;
}
