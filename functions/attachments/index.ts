// Attachments: who has a volume, and how it reaches it. The older calls, which are actions of the volume, are here as
// well: they move the same rows by the same rules, and the folder of volumes stays about volumes.

import * as is from '../http/answer-types.ts';
import { notFound } from '../http/faults.ts';
import { readList } from '../http/list.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { listBody, pageType } from '../http/pagination.ts';
import { reach, within } from '../http/policy.ts';
import type { Target } from '../http/target.ts';
import type { Mode } from '../http/view.ts';
import { ofVolume } from '../volumes/store.ts';
import { volumeActions } from './actions/operations.ts';
import { completeBody, createBody, updateBody } from './body.ts';
import { completeAction } from './complete.ts';
import { withConnection } from './connection-info.ts';
import { createAttachment } from './create.ts';
import { attachmentRules } from './policy.ts';
import { absentAttachment, attachmentList } from './query.ts';
import { deleteAttachment } from './remove.ts';
import { findAttachment, listAttachments } from './store.ts';
import { updateAttachment } from './update.ts';
import { attachmentView } from './view.ts';

async function find(call: Call<unknown, 'attachment_id'>) {
  const id = call.params.attachment_id;
  return findAttachment(call.ports.database, reach(call.actor), id);
}

/** Until its back end and its host have done their parts. */
const whileConnecting = ({ attachment }: { readonly attachment: { readonly status: string } }) =>
  attachment.status === 'attaching' || attachment.status === 'detaching' ? attachment.status : null;

async function show(call: Call<unknown, 'attachment_id'>) {
  const row = await find(call);
  if (row === null) throw notFound(absentAttachment(call.params.attachment_id));
  return { attachment: attachmentView.for(call, 'detail')(await withConnection(call, row)) };
}

const list = (mode: Mode) => async (call: Call) => {
  const query = readList(call, attachmentList);
  const page = await listAttachments(call.ports.database, query, within(call.actor, query.allTenants));
  const rows = mode === 'detail' ? await Promise.all(page.rows.map((row) => withConnection(call, row))) : page.rows;
  return listBody(call, attachmentList, query, { ...page, rows }, attachmentView.textFor(call, mode));
};

const target: Target<'attachment_id'> = {
  param: 'attachment_id',
  exists: async (call) => (await find(call)) !== null,
  absent: absentAttachment,
};
const detailed = is.object({ attachment: attachmentView.type('detail') });

const one = '/attachments/{attachment_id}';
const since = '3.27';

export const attachments: Resource = {
  name: 'attachments',
  rules: attachmentRules,
  operations: [
    operation({
      name: 'attachment-list',
      summary: 'List attachments',
      method: 'GET',
      path: '/attachments',
      since,
      policy: ['volume:get_all'],
      success: 200,
      list: attachmentList,
      answers: pageType(attachmentList, attachmentView.type('summary')),
      handler: list('summary'),
    }),
    operation({
      name: 'attachment-list-detail',
      summary: 'List attachments with details',
      method: 'GET',
      path: '/attachments/detail',
      since,
      policy: ['volume:get_all'],
      success: 200,
      list: attachmentList,
      answers: pageType(attachmentList, attachmentView.type('detail')),
      handler: list('detail'),
    }),
    operation({
      name: 'attachment-create',
      summary: 'Reserve a volume, or connect it to a host at once',
      method: 'POST',
      path: '/attachments',
      since,
      policy: ['volume:attachment_create'],
      target: ofVolume,
      success: 200,
      body: createBody,
      answers: detailed,
      handler: createAttachment,
    }),
    operation({
      name: 'attachment-show',
      summary: 'Show an attachment',
      method: 'GET',
      path: one,
      since,
      policy: ['volume:get'],
      success: 200,
      target,
      answers: detailed,
      waits: whileConnecting,
      handler: show,
    }),
    operation({
      name: 'attachment-update',
      summary: 'Connect an attachment to a host',
      method: 'PUT',
      path: one,
      since,
      policy: ['volume:attachment_update'],
      success: 200,
      target,
      body: updateBody,
      answers: detailed,
      handler: updateAttachment,
    }),
    operation({
      name: 'attachment-delete',
      summary: 'Delete an attachment',
      method: 'DELETE',
      path: one,
      since,
      policy: ['volume:attachment_delete'],
      success: 200,
      target,
      answers: is.object({ attachments: is.listOf(attachmentView.type('summary')) }),
      handler: deleteAttachment,
    }),
    operation({
      name: 'attachment-complete',
      summary: 'Report that the volume is in use',
      method: 'POST',
      path: `${one}/action`,
      since: '3.44',
      policy: ['volume:attachment_complete'],
      success: 204,
      target,
      action: 'os-complete',
      body: completeBody,
      handler: completeAction,
    }),
    ...volumeActions,
  ],
};
