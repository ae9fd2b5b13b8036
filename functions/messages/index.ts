// User messages: why something that was accepted has failed.
import { timestamp } from '../../infra/clock/port.ts';
import * as is from '../http/answer-types.ts';
import { notFound } from '../http/faults.ts';
import { readList } from '../http/list.ts';
import { at, type Call, operation, type Resource } from '../http/operation.ts';
import { listBody, pageType } from '../http/pagination.ts';
import { reach } from '../http/policy.ts';
import type { Target } from '../http/target.ts';
import { messageRules } from './policy.ts';
import { absentMessage, messageList } from './query.ts';
import { deleteMessage, findMessage, listMessages } from './store.ts';
import { messageView } from './view.ts';

const now = (call: Call) => timestamp(call.ports.clock);

async function list(call: Call) {
  // Before there was paging, no parameter meant anything, not even to an admin.
  const query = readList(call, at(call, 'message-paging') ? messageList : { ...messageList, lenient: true });
  // An admin sees the messages of every project, unasked: all_tenants has never been a parameter of this list.
  const page = await listMessages(call.ports.database, query, reach(call.actor), now(call));
  return listBody(call, messageList, query, page, messageView.textFor(call, 'detail'));
}

async function find(call: Call<unknown, 'message_id'>) {
  const id = call.params.message_id;
  return findMessage(call.ports.database, reach(call.actor), id, now(call));
}

async function show(call: Call<unknown, 'message_id'>) {
  const row = await find(call);
  if (row === null) throw notFound(absentMessage(call.params.message_id));
  return { message: messageView.for(call, 'detail')(row) };
}

async function remove(call: Call<unknown, 'message_id'>): Promise<void> {
  const id = call.params.message_id;
  const isGone = await deleteMessage(call.ports.database, reach(call.actor), id, now(call));
  if (!isGone) throw notFound(absentMessage(id));
}

const target: Target<'message_id'> = {
  param: 'message_id',
  exists: async (call) => (await find(call)) !== null,
  absent: absentMessage,
};

const one = {
  path: '/messages/{message_id}',
  since: '3.3',
  target,
} as const;

export const messages: Resource = {
  name: 'messages',
  rules: messageRules,
  operations: [
    operation({
      name: 'message-list',
      summary: 'List user messages',
      method: 'GET',
      path: '/messages',
      since: '3.3',
      policy: ['message:get_all'],
      success: 200,
      list: messageList,
      answers: pageType(messageList, messageView.type('detail')),
      handler: list,
    }),
    operation({
      name: 'message-show',
      summary: 'Show a user message',
      method: 'GET',
      ...one,
      policy: ['message:get'],
      success: 200,
      answers: is.object({ message: messageView.type('detail') }),
      handler: show,
    }),
    operation({
      name: 'message-delete',
      summary: 'Delete a user message',
      method: 'DELETE',
      ...one,
      policy: ['message:delete'],
      success: 204,
      handler: remove,
    }),
  ],
};
