// Transfers of volumes between projects, under their path since 3.55 and under the old one.
import { timestamp } from '../../infra/clock/port.ts';
import * as is from '../http/answer-types.ts';
import { notFound } from '../http/faults.ts';
import { readList } from '../http/list.ts';
import { at, type Call, type Operation, operation, type Resource } from '../http/operation.ts';
import { listBody, pageType } from '../http/pagination.ts';
import { reach, scopeParameter, within } from '../http/policy.ts';
import type { Target } from '../http/target.ts';
import type { Mode } from '../http/view.ts';
import { ofVolume } from '../volumes/store.ts';
import { accept } from './accept.ts';
import { acceptBody, createBody, oldCreateBody } from './body.ts';
import { createOldTransfer, createTransfer } from './create.ts';
import { transferRules } from './policy.ts';
import { absentTransfer, oldTransferList, transferList } from './query.ts';
import { deleteTransfer, findTransfer, listTransfers } from './store.ts';
import { transferSummaryView, transferView } from './view.ts';

async function find(call: Call<unknown, 'transfer_id'>) {
  const id = call.params.transfer_id;
  return findTransfer(call.ports.database, reach(call.actor), id);
}

async function show(call: Call<unknown, 'transfer_id'>) {
  const row = await find(call);
  if (row === null) throw notFound(absentTransfer(call.params.transfer_id));
  return { transfer: transferView.for(call, 'detail')(row) };
}

const list = (mode: Mode) => async (call: Call) => {
  const spec = at(call, 'transfer-sort') ? transferList : oldTransferList;
  const query = readList(call, spec);
  const page = await listTransfers(call.ports.database, spec, query, within(call.actor, query.allTenants));
  const view = mode === 'detail' ? transferView : transferSummaryView;
  return listBody(call, spec, query, page, view.textFor(call, mode));
};

async function remove(call: Call<unknown, 'transfer_id'>): Promise<void> {
  const id = call.params.transfer_id;
  const target = { id, ...scopeParameter(reach(call.actor)) };
  const when = { now: timestamp(call.ports.clock), request_id: call.requestId };
  if (!(await deleteTransfer(call.ports.database, { ...target, ...when }))) {
    throw notFound(absentTransfer(id));
  }
}

const target: Target<'transfer_id'> = {
  param: 'transfer_id',
  exists: async (call) => (await find(call)) !== null,
  absent: absentTransfer,
};

/** The operations that both paths have alike. `name` begins their names, `path` their paths. */
function alike(
  name: string,
  path: '/volume-transfers' | '/os-volume-transfer',
  more: { readonly since?: '3.55' },
): readonly Operation[] {
  const one = `${path}/{transfer_id}` as const;
  const listing = { method: 'GET', policy: ['volume:get_all_transfers'], success: 200, list: transferList } as const;
  return [
    operation({
      name: `${name}-list`,
      summary: 'List transfers',
      ...more,
      ...listing,
      path,
      answers: pageType(transferList, transferSummaryView.type('summary')),
      handler: list('summary'),
    }),
    operation({
      name: `${name}-list-detail`,
      summary: 'List transfers with details',
      ...more,
      ...listing,
      path: `${path}/detail`,
      answers: pageType(transferList, transferView.type('detail')),
      handler: list('detail'),
    }),
    operation({
      name: `${name}-show`,
      summary: 'Show a transfer',
      ...more,
      method: 'GET',
      path: one,
      policy: ['volume:get_transfer'],
      success: 200,
      target,
      answers: is.object({ transfer: transferView.type('detail') }),
      handler: show,
    }),
    operation({
      name: `${name}-delete`,
      summary: 'Cancel a transfer',
      ...more,
      method: 'DELETE',
      path: one,
      policy: ['volume:delete_transfer'],
      success: 202,
      target,
      handler: remove,
    }),
    operation({
      name: `${name}-accept`,
      summary: 'Accept a transfer',
      ...more,
      method: 'POST',
      path: `${one}/accept`,
      policy: ['volume:accept_transfer'],
      success: 202,
      target,
      body: acceptBody,
      answers: is.object({ transfer: transferSummaryView.type('summary') }),
      handler: accept,
    }),
  ];
}

const made = is.object({ transfer: is.beside(transferView.type('detail'), { auth_key: is.text }) });
const creating = {
  method: 'POST',
  target: ofVolume,
  policy: ['volume:create_transfer'],
  success: 202,
  answers: made,
} as const;
const since = '3.55';

export const transfers: Resource = {
  name: 'transfers',
  rules: transferRules,
  operations: [
    ...alike('volume-transfer', '/volume-transfers', { since }),
    operation({
      name: 'volume-transfer-create',
      summary: 'Offer a volume to another project',
      since,
      ...creating,
      path: '/volume-transfers',
      body: createBody,
      handler: createTransfer,
    }),
    ...alike('os-volume-transfer', '/os-volume-transfer', {}),
    operation({
      name: 'os-volume-transfer-create',
      summary: 'Offer a volume with its snapshots to another project',
      ...creating,
      path: '/os-volume-transfer',
      body: oldCreateBody,
      handler: createOldTransfer,
    }),
  ],
};
