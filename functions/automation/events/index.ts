// Events: what happened, in order, to be read by cursor.
import { cursorOf } from '../../../schema/events.ts';
import * as is from '../../http/answer-types.ts';
import { type Call, operation, type Resource } from '../../http/operation.ts';
import { within } from '../../http/policy.ts';
import { waiting } from '../../http/waiting.ts';
import { askedOf, mostEvents, refusedCursor } from './asked.ts';
import { cloudEvent, cloudEventType } from './cloud-event.ts';
import { eventRules } from './policy.ts';
import { readEvents } from './store.ts';
import { streamEvents, wantsStream } from './stream.ts';

async function list(call: Call) {
  if (wantsStream(call.headers)) return streamEvents(call);
  const asked = askedOf(call);
  const scope = within(call.actor, call.query.get('all_tenants') === '1');
  const page = await waiting(call, {
    ask: () => readEvents(call.ports.database, scope, asked),
    isWorth: ({ events, hasMore }) => events.length > 0 || hasMore,
    about: asked.resource,
  }).catch((error: unknown) => {
    throw refusedCursor(error);
  });
  return { events: page.events.map(cloudEvent), cursor: cursorOf(page.next) };
}

export const events: Resource = {
  name: 'events',
  rules: eventRules,
  operations: [
    operation({
      name: 'event-list',
      summary: 'Read events as CloudEvents, oldest first, or stream them',
      method: 'GET',
      at: 'root',
      path: '/scoria/v1/events',
      policy: ['scoria:event:get_all'],
      success: 200,
      queryParameters: {
        after: 'the cursor of the previous answer',
        limit: `the most events in an answer, 1 to ${mostEvents} (100)`,
        type: 'types, separated by commas, such as volume.create.end or volume.*',
        resource: 'the id of a resource: its events only',
        all_tenants: '1: the events of every project, for admins',
        project_id: 'with all_tenants: the events of this project only',
      },
      faults: [410],
      answers: is.object({ events: is.listOf(cloudEventType), cursor: is.matching(/^\d+-\d+$/) }),
      waits: 'itself',
      streams: true,
      headers: { 'X-Accel-Buffering': is.optional(is.exactly('no')) },
      handler: list,
    }),
  ],
};
