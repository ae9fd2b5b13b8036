// Operations: the work behind what was answered with 202, to follow until it has ended.
import * as is from '../../http/answer-types.ts';
import { notFound } from '../../http/faults.ts';
import { readList } from '../../http/list.ts';
import { type Call, operation, type Resource } from '../../http/operation.ts';
import { listBody, pageType } from '../../http/pagination.ts';
import { reach, within } from '../../http/policy.ts';
import { operationRules } from './policy.ts';
import { absentOperation, operationList } from './query.ts';
import { findOperation, listOperations, type OperationRow } from './store.ts';
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
      summary: 'Show an operation; with `Prefer: wait=N` when it has ended, or after N seconds',
      method: 'GET',
      at: 'root',
      path: '/scoria/v1/operations/{operation_id}',
      policy: ['scoria:operation:get'],
      success: 200,
      target: {
        param: 'operation_id',
        exists: async (call) => (await find(call)) !== null,
        absent: absentOperation,
      },
      answers: is.object({ operation: operationView.type('detail') }),
      waits: whileOpen,
      handler: show,
    }),
  ],
};
