// Subscriptions: where events are sent as they happen, by webhooks.
import * as is from '../../http/answer-types.ts';
import { notFound } from '../../http/faults.ts';
import { readList } from '../../http/list.ts';
import { type Call, operation, type Resource } from '../../http/operation.ts';
import { listBody, pageType } from '../../http/pagination.ts';
import { reach, within } from '../../http/policy.ts';
import type { Target } from '../../http/target.ts';
import { createBody, redeliverBody, updateBody } from './body.ts';
import { create, rotate, test, update } from './change.ts';
import { subscriptionRules } from './policy.ts';
import { absentSubscription, deliveryList, subscriptionList } from './query.ts';
import { redeliver } from './redeliver/redeliver.ts';
import { deleteSubscription, findSubscription, listDeliveries, listSubscriptions } from './store.ts';
import { deliveryView, subscriptionView } from './view.ts';

type OnOne = Call<unknown, 'subscription_id'>;

async function find(call: OnOne) {
  const id = call.params.subscription_id;
  const row = await findSubscription(call.ports.database, reach(call.actor), id);
  if (row === null) throw notFound(absentSubscription(id));
  return row;
}

async function list(call: Call) {
  const query = readList(call, subscriptionList);
  const page = await listSubscriptions(call.ports.database, query, within(call.actor, query.allTenants));
  return listBody(call, subscriptionList, query, page, subscriptionView.textFor(call, 'detail'));
}

const show = async (call: OnOne) => ({ subscription: subscriptionView.for(call, 'detail')(await find(call)) });

async function remove(call: OnOne) {
  const id = call.params.subscription_id;
  if (!(await deleteSubscription(call.ports.database, reach(call.actor), id))) throw notFound(absentSubscription(id));
}

async function deliveries(call: OnOne) {
  const query = readList(call, deliveryList);
  const id = call.params.subscription_id;
  const page = await listDeliveries(call.ports.database, query, reach(call.actor), id);
  // A marker that was found is of a subscription that is there.
  if (page.rows.length === 0 && query.marker === null) await find(call);
  return listBody(call, deliveryList, query, page, deliveryView.textFor(call, 'detail'));
}

const target: Target<'subscription_id'> = {
  param: 'subscription_id',
  exists: async (call) =>
    (await findSubscription(call.ports.database, reach(call.actor), call.params.subscription_id)) !== null,
  absent: absentSubscription,
};

const path = '/scoria/v1/subscriptions/{subscription_id}';
const onOne = { at: 'root', target } as const;
const shown = is.object({ subscription: subscriptionView.type('detail') });
const withSecret = is.object({ subscription: is.beside(subscriptionView.type('detail'), { secret: is.text }) });

export const subscriptions: Resource = {
  name: 'subscriptions',
  rules: subscriptionRules,
  operations: [
    operation({
      name: 'subscription-list',
      summary: 'List subscriptions, newest first',
      method: 'GET',
      at: 'root',
      path: '/scoria/v1/subscriptions',
      policy: ['scoria:subscription:get_all'],
      success: 200,
      list: subscriptionList,
      answers: pageType(subscriptionList, subscriptionView.type('detail')),
      handler: list,
    }),
    operation({
      name: 'subscription-create',
      summary: 'Send events to a URL; only this answer has the secret that signs them',
      method: 'POST',
      at: 'root',
      path: '/scoria/v1/subscriptions',
      policy: ['scoria:subscription:create'],
      furtherPolicy: {
        'scoria:subscription:create:all_projects': ({ body }) => body.subscription.all_projects === true,
      },
      success: 201,
      body: createBody,
      answers: withSecret,
      handler: create,
    }),
    operation({
      name: 'subscription-show',
      summary: 'Show a subscription',
      method: 'GET',
      ...onOne,
      path,
      policy: ['scoria:subscription:get'],
      success: 200,
      answers: shown,
      handler: show,
    }),
    operation({
      name: 'subscription-update',
      summary: 'Change a subscription; with `enabled: true` a paused one continues where it stopped',
      method: 'PUT',
      ...onOne,
      path,
      policy: ['scoria:subscription:update'],
      success: 200,
      body: updateBody,
      answers: shown,
      handler: update,
    }),
    operation({
      name: 'subscription-delete',
      summary: 'Delete a subscription',
      method: 'DELETE',
      ...onOne,
      path,
      policy: ['scoria:subscription:delete'],
      success: 204,
      handler: remove,
    }),
    operation({
      name: 'subscription-rotate-secret',
      summary: 'Make a new secret; for 24 hours the old one signs as well',
      method: 'POST',
      ...onOne,
      path: `${path}/rotate-secret`,
      policy: ['scoria:subscription:rotate_secret'],
      success: 200,
      answers: withSecret,
      handler: rotate,
    }),
    operation({
      name: 'subscription-test',
      summary: 'Send an event of the type `scoria.subscription.test`, once',
      method: 'POST',
      ...onOne,
      path: `${path}/test`,
      policy: ['scoria:subscription:test'],
      success: 202,
      answers: is.object({ delivery: is.object({ id: is.uuid }) }),
      handler: test,
    }),
    operation({
      name: 'subscription-redeliver',
      summary: 'Send one event, or a range of the log, again',
      method: 'POST',
      ...onOne,
      path: `${path}/redeliver`,
      policy: ['scoria:subscription:redeliver'],
      success: 202,
      body: redeliverBody,
      answers: is.object({ redeliver: is.object({ count: is.count }) }),
      handler: redeliver,
    }),
    operation({
      name: 'subscription-deliveries',
      summary: 'List the deliveries of events and their results, newest first',
      method: 'GET',
      ...onOne,
      path: `${path}/deliveries`,
      policy: ['scoria:subscription:get_deliveries'],
      success: 200,
      list: deliveryList,
      answers: pageType(deliveryList, deliveryView.type('detail')),
      handler: deliveries,
    }),
  ],
};
