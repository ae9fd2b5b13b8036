// Events come again: one, or those of a range of the log.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../../../infra/clock/port.ts';
import type { EventPosition } from '../../../../schema/events.ts';
import { mostRedeliveries } from '../../../../schema/subscriptions.ts';
import { badRequest, notFound } from '../../../http/faults.ts';
import type { Call } from '../../../http/operation.ts';
import { reach, scopeParameter } from '../../../http/policy.ts';
import type { redeliverBody } from '../body.ts';
import { cursorIn, isCursor } from '../cursor.ts';
import { absentSubscription } from '../query.ts';
import { findSubscription } from '../store.ts';
import { redeliverOne, redeliverRange } from './store.ts';

type Asked = Static<typeof redeliverBody>['redeliver'];

const last: EventPosition = { transaction: '9223372036854775807', sequence: '9223372036854775807' };

function problemOf({ event, after, until }: Asked): string | null {
  if ((event === undefined) === (after === undefined) || (event !== undefined && until !== undefined)) {
    return 'say either `event`, or `after` and perhaps `until`.';
  }
  if (event !== undefined && !/^\d{1,18}$/.test(event)) return '`event` is no id of an event.';
  if (after !== undefined && !isCursor(after)) return '`after` is no cursor of this log.';
  return until === undefined || isCursor(until) ? null : '`until` is no cursor of this log.';
}

export async function redeliver(call: Call<{ readonly redeliver: Asked }, 'subscription_id'>) {
  const { database, clock, ids } = call.ports;
  const { event, after, until } = call.body.redeliver;
  const id = call.params.subscription_id;
  const scope = reach(call.actor);
  const wrong = problemOf(call.body.redeliver);
  if (wrong !== null) {
    // What is not there is not found, whatever is asked of it.
    if ((await findSubscription(database, scope, id)) === null) throw notFound(absentSubscription(id));
    throw badRequest(`Invalid input: ${wrong}`);
  }
  const given = { id, redelivery: ids.uuid(), now: timestamp(clock), ...scopeParameter(scope) };
  const [from, to] = [cursorIn('after', after), until === undefined ? last : cursorIn('until', until)];
  const count =
    event !== undefined
      ? await redeliverOne(database, { ...given, sequence: event })
      : await redeliverRange(database, {
          ...given,
          after_transaction: from?.transaction ?? '0',
          after_sequence: from?.sequence ?? '0',
          until_transaction: to?.transaction ?? last.transaction,
          until_sequence: to?.sequence ?? last.sequence,
        });
  if (count > mostRedeliveries) {
    throw badRequest(
      `More than ${mostRedeliveries} events would come again. Say \`until\`, and ask for a part at a time.`,
    );
  }
  if (count > 0) return { redeliver: { count } };
  if ((await findSubscription(database, scope, id)) === null) throw notFound(absentSubscription(id));
  if (event === undefined) return { redeliver: { count } };
  throw notFound(`Event ${event} is not in the log, or not one that the subscription has had.`);
}
