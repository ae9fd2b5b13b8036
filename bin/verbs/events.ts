// scoria events: prints events as they happen, or past events again.
import { CommandError, type Context, exit, type Verb } from '../command.ts';
import { type CloudEvent, serverSentEvents } from '../events/sent.ts';
import { signedInAsAdmin } from '../running-service.ts';
import type { ServiceClient } from '../service-client.ts';
import { readSettings } from '../settings.ts';
import { interrupted } from '../stopping.ts';

const pageOfLog = 250;

export const events: Verb = {
  name: 'events',
  summary: 'print events as they happen, or those of the past again, also to a receiver',
  help: `usage: scoria events tail [--after CURSOR] [FILTERS] [--json]
       scoria events replay [--after CURSOR] [FILTERS] [--to URL] [--json]

tail prints what happens from now on, or after a cursor, until it is interrupted. replay prints what is in the log, from
its beginning or after a cursor, and ends; with --to it sends each event to that address too, as a CloudEvent in the body
of a POST, and ends at the first that is not answered with 2xx. The last line is the cursor to go on from. With --json
each event is one line. Asks the running service, as its user admin, for the events of all projects.

FILTERS: --type TYPES, as volume.create.end,snapshot.*; --resource ID; --project ID; --url URL of the service`,
  takes: { words: 1, options: ['after', 'type', 'resource', 'project', 'to', 'url'] },
  async run(context) {
    const [what] = context.words;
    if (what !== 'tail' && what !== 'replay') {
      throw new CommandError('events needs "tail" or "replay"; see scoria events --help', exit.usage);
    }
    if (what === 'tail' && context.options.to !== undefined) {
      throw new CommandError('--to is for replay; events are sent on as they happen by a webhook', exit.usage);
    }
    const receiver = receiverOf(context);
    const stopping = interrupted(context.env);
    const client = await signedInAsAdmin(context, readSettings(context), 'events', stopping);
    const query = queryOf(context);
    if (what === 'replay') return replay(context, client, query, receiver);
    return tail(context, client, query, stopping);
  },
};

function queryOf({ options }: Context): URLSearchParams {
  const query = new URLSearchParams({ all_tenants: '1' });
  for (const name of ['after', 'type', 'resource'] as const) {
    if (options[name] !== undefined) query.set(name, options[name]);
  }
  if (options.project !== undefined) query.set('project_id', options.project);
  return query;
}

function receiverOf({ options }: Context): URL | null {
  if (options.to === undefined) return null;
  if (!URL.canParse(options.to) || !/^https?:/.test(options.to)) {
    throw new CommandError('--to needs an http or https address', exit.usage);
  }
  return new URL(options.to);
}

function show({ json }: Context, event: CloudEvent): void {
  const status = typeof event.data.status === 'string' ? event.data.status : '';
  const line = json ? JSON.stringify(event) : `${event.time}  ${event.type.padEnd(28)} ${event.subject}  ${status}`;
  process.stdout.write(`${line}\n`);
}

/** A stream ends after a while: it is resumed where it was, with a new token. */
async function tail(context: Context, client: ServiceClient, query: URLSearchParams, signal: AbortSignal) {
  let cursor = query.get('after') ?? '';
  while (!signal.aborted) {
    if (cursor !== '') query.set('after', cursor);
    try {
      const answer = await client.open(`/scoria/v1/events?${query}`, { Accept: 'text/event-stream' });
      for await (const { id, event } of serverSentEvents(answer)) {
        cursor = id || cursor;
        if (event !== null) show(context, event);
      }
      await client.renew();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
  if (cursor !== '') context.say(`cursor: ${cursor}`);
  return exit.ok;
}

async function replay(context: Context, client: ServiceClient, query: URLSearchParams, receiver: URL | null) {
  query.set('limit', String(pageOfLog));
  for (;;) {
    const page: { events: CloudEvent[]; cursor: string } = await client.read(`/scoria/v1/events?${query}`);
    for (const [index, event] of page.events.entries()) {
      show(context, event);
      if (receiver !== null)
        await send(receiver, event, () => `${resumeWith(query)}; the first ${index} of those have been taken`);
    }
    query.set('after', page.cursor);
    if (page.events.length === 0) break;
  }
  context.say(`cursor: ${query.get('after')}`);
  return exit.ok;
}

const resumeWith = (query: URLSearchParams) => {
  const after = query.get('after');
  return after === null ? 'begin again without --after' : `go on with --after ${after}`;
};

async function send(receiver: URL, event: CloudEvent, rest: () => string): Promise<void> {
  const headers = { 'Content-Type': 'application/cloudevents+json', 'User-Agent': 'scoria-events' };
  const signal = AbortSignal.timeout(30_000);
  const sent = { method: 'POST', headers, body: JSON.stringify(event), redirect: 'manual', signal } as const;
  const answer = await fetch(receiver, sent).catch((error: unknown) => {
    throw new CommandError(`${receiver.origin} does not take event ${event.id} (${error}); ${rest()}`);
  });
  await answer.body?.cancel();
  if (!answer.ok)
    throw new CommandError(`${receiver.origin} answers event ${event.id} with ${answer.status}; ${rest()}`);
}
