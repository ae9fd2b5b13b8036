// Operations: the work behind what was answered with 202, to follow until it has ended.
import { timestamp } from '../../../infra/clock/port.ts';
import { cancellable } from '../../../schema/operations.ts';
import * as is from '../../http/answer-types.ts';
import { conflict, notFound } from '../../http/faults.ts';
import { readList } from '../../http/list.ts';
import { type Call, operation, type Resource } from '../../http/operation.ts';
import { listBody, pageType } from '../../http/pagination.ts';
import { reach, scopeParameter, within } from '../../http/policy.ts';
import type { Target } from '../../http/target.ts';
import { operationRules } from './policy.ts';
import { absentOperation, operationList } from './query.ts';
import { cancelOperation, findOperation, listOperations, type OperationRow } from './store.ts';
import { operationView } from './view.ts';

async function list(call: Call) {
  const query = readList(call, operationList);
  const page = await listOperations(call.ports.database, query, within(call.actor, query.allTenants));
  return listBody(call, operationList, query, page, operationView.textFor(call, 'detail'));
}

const find = (call: Call<unknown, 'operation_id'>) =>
  findOperation(call.ports.database, reach(call.actor), call.params.operation_id);

/** It may be done in several steps and tries: what changes is that it is over. */
const whileOpen = ({ operation: { status } }: { readonly operation: Pick<OperationRow, 'status'> }) =>
  status === 'queued' || status === 'running' ? 'open' : null;

async function show(call: Call<unknown, 'operation_id'>) {
  const row = await find(call);
  if (row === null) throw notFound(absentOperation(call.params.operation_id));
  return { operation: operationView.for(call, 'detail')(row) };
}

/** Why an operation is not cancelled, in words. */
function whyNot({ id, status, kind, cause }: OperationRow): string {
  if (status === 'done') return `Operation ${id} cannot be cancelled: it is done.`;
  if (status === 'failed') return `Operation ${id} cannot be cancelled: it has failed. ${cause ?? ''}`.trim();
  if (!cancellable.some((one) => one === kind)) {
    return `Operation ${id} cannot be cancelled: work of the kind ${kind} always comes to its end.`;
  }
  return `Operation ${id} cannot be cancelled: it has begun. Wait for its end, then undo what it did.`;
}

async function cancel(call: Call<unknown, 'operation_id'>) {
  const { database, clock } = call.ports;
  const id = call.params.operation_id;
  const given = { id, user: call.actor.userId, now: timestamp(clock), ...scopeParameter(reach(call.actor)) };
  const row = await cancelOperation(database, given);
  if (row === null) {
    const found = await find(call);
    throw found === null ? notFound(absentOperation(id)) : conflict(whyNot(found));
  }
  call.addHeader('Scoria-Operation', id);
  return { operation: operationView.for(call, 'detail')(row) };
}

const target: Target<'operation_id'> = {
  param: 'operation_id',
  exists: async (call) => (await find(call)) !== null,
  absent: absentOperation,
};

export const operations: Resource = {
  name: 'operations',
  rules: operationRules,
  operations: [
    operation({
      name: 'operation-list',
      summary: 'List operations, newest first',
      method: 'GET',
      at: 'root',
      path: '/scoria/v1/operations',
      policy: ['scoria:operation:get_all'],
      success: 200,
      list: operationList,
      answers: pageType(operationList, operationView.type('detail')),
      handler: list,
    }),
    operation({
      name: 'operation-show',
      summary: 'Show an operation; with `Prefer: wait=N` once it has ended, or after N seconds',
      method: 'GET',
      at: 'root',
      path: '/scoria/v1/operations/{operation_id}',
      policy: ['scoria:operation:get'],
      success: 200,
      target,
      answers: is.object({ operation: operationView.type('detail') }),
      waits: whileOpen,
      handler: show,
    }),
    operation({
      name: 'operation-cancel',
      summary: 'Cancel an operation that has not begun: it fails, and its resource goes to the state for a failure',
      method: 'POST',
      at: 'root',
      path: '/scoria/v1/operations/{operation_id}/cancel',
      policy: ['scoria:operation:cancel'],
      success: 202,
      target,
      answers: is.object({ operation: operationView.type('detail') }),
      faults: [409],
      handler: cancel,
    }),
  ],
};
