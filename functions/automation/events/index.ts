// Events: what happened, in order, to be read by cursor.
import { DatabaseError } from '../../../infra/database/port.ts';
import * as is from '../../http/answer-types.ts';
import { type Call, operation, type Resource } from '../../http/operation.ts';
import { within } from '../../http/policy.ts';
import { waiting } from '../../http/waiting.ts';
import { askedOf, badCursor, cursorOf, mostEvents } from './asked.ts';
import { cloudEvent, cloudEventType } from './cloud-event.ts';
import { eventRules } from './policy.ts';
import { readEvents } from './store.ts';

async function list(call: Call) {
  const asked = askedOf(call);
  const scope = within(call.actor, call.query.get('all_tenants') === '1');
  const page = await waiting(call, {
    ask: () => readEvents(call.ports.database, scope, asked),
    isWorth: ({ events }) => events.length > 0,
    about: asked.resource,
  }).catch((error: unknown) => {
    throw error instanceof DatabaseError && error.reason === 'not-reached' ? badCursor() : error;
  });
  return { events: page.events.map(cloudEvent), cursor: cursorOf(page.next) };
}

export const events: Resource = {
  name: 'events',
  rules: eventRules,
  operations: [
    operation({
      name: 'event-list',
      summary: 'Read events as CloudEvents, oldest first; with `Prefer: wait=N` when there is one, or after N seconds',
      method: 'GET',
      at: 'root',
      path: '/scoria/v1/events',
      policy: ['scoria:event:get_all'],
      success: 200,
      queryParameters: {
        after: 'the cursor of the answer before',
        limit: `the most events of an answer, 1 to ${mostEvents} (100)`,
        resource: 'the id of a resource: its events only',
        all_tenants: '1: the events of every project, for admins',
      },
      answers: is.object({ events: is.listOf(cloudEventType), cursor: is.matching(/^\d+-\d+$/) }),
      waits: 'itself',
      handler: list,
    }),
  ],
};
