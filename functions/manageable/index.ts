// What could be managed: objects on a back end that no volume or snapshot is made of yet. The back end is asked, and
// the request waits for its answer. (Managing one makes a volume or a snapshot: see functions/volumes,
// functions/snapshots.)
import { timestamp } from '../../infra/clock/port.ts';
import { operationParameters } from '../../schema/operations.ts';
import * as is from '../http/answer-types.ts';
import { badRequest, unavailable } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import type { Mode } from '../http/view.ts';
import { refusalOf } from '../services/backend.ts';
import { send } from '../work/begin.ts';
import { manageableRules } from './policy.ts';
import { readManageable, type What } from './query.ts';
import { askBackend, takeAnswer } from './store.ts';
import { manageableView } from './view.ts';

const silent = 'The back end did not say in time what it has. Try again.';

const list = (what: What, mode: Mode) => async (call: Call) => {
  const question = readManageable(call, what);
  const id = call.ports.ids.uuid();
  const { database, clock, notices } = call.ports;
  const asked = await askBackend(database, {
    ...question.named,
    project: call.actor.projectId ?? '',
    now: timestamp(clock),
    ...operationParameters({
      id,
      kind: 'service.list_manageable',
      step: 'list',
      actorId: call.actor.userId,
      withinSeconds: call.settings.connectSeconds,
      arguments: question.arguments,
      requestId: call.requestId,
      trace: call.trace,
    }),
  });
  const refused = refusalOf(asked, question.named);
  if (refused !== null || asked?.queue == null) throw refused ?? unavailable(silent);
  const ended = notices.wait(id, call.settings.connectSeconds * 1000);
  await send(call, asked.queue, { operation_id: id, kind: 'service.list_manageable' });
  await ended;
  const answer = await takeAnswer(database, what, id);
  if (answer?.status === 'failed') throw badRequest(`Invalid input received: ${answer.cause}`);
  if (answer?.status !== 'done') throw unavailable(silent);
  if (answer.says !== null) throw badRequest(`Invalid input received: ${answer.says}`);
  return { [`manageable-${what}s`]: answer.rows.map(manageableView.for(call, mode)) };
};

const listed = (what: What, mode: Mode) => is.object({ [`manageable-${what}s`]: is.listOf(manageableView.type(mode)) });

const queryParameters = {
  host: 'host@backend, or host@backend#pool',
  cluster: 'cluster@backend instead of the host: the first of its services that answers (3.17)',
  limit: 'the most items on a page',
  offset: 'how many items to skip',
  marker: 'the reference of the last item of the previous page',
  sort: 'key[:asc|desc], comma separated; keys: reference, size',
} as const;

const reads = (what: What) => ({ method: 'GET', success: 200, queryParameters, policy: [ruleOf[what]] }) as const;
const ruleOf = { volume: 'volume_extension:list_manageable', snapshot: 'snapshot_extension:list_manageable' } as const;

/** The core path, and the one of the extension that was there before it. */
const operationsOf = (what: What) => [
  operation({
    ...reads(what),
    name: `manageable-${what}-list`,
    summary: `List what could be managed as a ${what}`,
    path: `/manageable_${what}s`,
    since: '3.8',
    answers: listed(what, 'summary'),
    handler: list(what, 'summary'),
  }),
  operation({
    ...reads(what),
    name: `manageable-${what}-list-detail`,
    summary: `List what could be managed as a ${what}, with details`,
    path: `/manageable_${what}s/detail`,
    since: '3.8',
    answers: listed(what, 'detail'),
    handler: list(what, 'detail'),
  }),
  operation({
    ...reads(what),
    name: `${what}-manage-list`,
    summary: `List what could be managed as a ${what} (extension)`,
    path: `/os-${what}-manage`,
    answers: listed(what, 'summary'),
    handler: list(what, 'summary'),
  }),
  operation({
    ...reads(what),
    name: `${what}-manage-list-detail`,
    summary: `List what could be managed as a ${what}, with details (extension)`,
    path: `/os-${what}-manage/detail`,
    answers: listed(what, 'detail'),
    handler: list(what, 'detail'),
  }),
];

export const manageable: Resource = {
  name: 'manageable',
  rules: manageableRules,
  operations: [...operationsOf('volume'), ...operationsOf('snapshot')],
};
