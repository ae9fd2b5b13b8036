// Making, changing and testing subscriptions.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../../infra/clock/port.ts';
import { mostSubscriptions } from '../../../schema/subscriptions.ts';
import { badRequest, conflict, notFound } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import { reach, scopeParameter } from '../../http/policy.ts';
import type { createBody, updateBody } from './body.ts';
import { cursorIn } from './cursor.ts';
import { absentSubscription } from './query.ts';
import { newSecret } from './secret.ts';
import { findSubscription, insertSubscription, queueTest, rotateSecret, updateSubscription } from './store.ts';
import { subscriptionView } from './view.ts';

type OnOne<Body = unknown> = Call<Body, 'subscription_id'>;

/** 400 with the reason when webhooks may not be sent there. */
async function checkUrl({ ports }: Pick<Call, 'ports'>, url: string): Promise<void> {
  const refusal =
    ports.webhooks === undefined ? 'Subscriptions are not offered here.' : await ports.webhooks.refusal(url);
  if (refusal !== null) throw badRequest(`Invalid url: ${refusal}`);
}

export async function create(call: Call<Static<typeof createBody>>) {
  const { database, clock, ids } = call.ports;
  const { url, types, after, ...asked } = call.body.subscription;
  const from = cursorIn('after', after);
  await checkUrl(call, url);
  const id = ids.uuid();
  const { secret, sealed } = await newSecret(call, id);
  const row = await insertSubscription(database, {
    ...{ id, url, secret: sealed, types: JSON.stringify(types ?? ['*']), now: timestamp(clock) },
    project: call.actor.projectId ?? '',
    user: call.actor.userId,
    all_projects: asked.all_projects ?? false,
    description: asked.description ?? null,
    resource_type: asked.resource_type ?? null,
    resource_id: asked.resource_id ?? null,
    transaction: from?.transaction ?? null,
    sequence: from?.sequence ?? null,
  });
  if (row === null) {
    throw badRequest(
      `A project has ${mostSubscriptions} subscriptions at most, and \`after\` must be a cursor that the log has reached.`,
    );
  }
  return { subscription: { ...subscriptionView.for(call, 'detail')(row), secret } };
}

export async function update(call: OnOne<Static<typeof updateBody>>) {
  const { database, clock } = call.ports;
  const id = call.params.subscription_id;
  const { url, types, enabled, ...given } = call.body.subscription;
  if (url !== undefined) {
    // What is not there is not found, whatever is said of it.
    if ((await findSubscription(database, reach(call.actor), id)) === null) throw notFound(absentSubscription(id));
    await checkUrl(call, url);
  }
  const row = await updateSubscription(database, {
    ...{ id, url: url ?? null, enabled: enabled ?? null, now: timestamp(clock) },
    types: types === undefined ? null : JSON.stringify(types),
    sets_resource_type: given.resource_type !== undefined,
    resource_type: given.resource_type ?? null,
    sets_resource_id: given.resource_id !== undefined,
    resource_id: given.resource_id ?? null,
    sets_description: given.description !== undefined,
    description: given.description ?? null,
    begins_anew: url !== undefined || enabled === true,
    ...scopeParameter(reach(call.actor)),
  });
  if (row === null) throw notFound(absentSubscription(id));
  return { subscription: subscriptionView.for(call, 'detail')(row) };
}

export async function rotate(call: OnOne) {
  const { database, clock } = call.ports;
  const id = call.params.subscription_id;
  const { secret, sealed } = await newSecret(call, id);
  const now = timestamp(clock);
  const row = await rotateSecret(database, { id, secret: sealed, now, ...scopeParameter(reach(call.actor)) });
  if (row === null) throw notFound(absentSubscription(id));
  return { subscription: { ...subscriptionView.for(call, 'detail')(row), secret } };
}

export async function test(call: OnOne) {
  const { database, clock, ids } = call.ports;
  const id = call.params.subscription_id;
  const [scope, delivery] = [reach(call.actor), ids.uuid()];
  if (await queueTest(database, { id, delivery, now: timestamp(clock), ...scopeParameter(scope) })) {
    return { delivery: { id: delivery } };
  }
  const row = await findSubscription(database, scope, id);
  if (row === null) throw notFound(absentSubscription(id));
  throw conflict(`Subscription ${id} is ${row.state}. Enable it first.`);
}
