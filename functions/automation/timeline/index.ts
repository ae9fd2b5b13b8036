// Why a resource is as it is: operations, tries, events and user messages of it in order, also after it is gone.
import { timestamp } from '../../../infra/clock/port.ts';
import type { Database } from '../../../infra/database/port.ts';
import * as is from '../../http/answer-types.ts';
import { notFound } from '../../http/faults.ts';
import { type Call, operation, type Resource } from '../../http/operation.ts';
import { reach, type Scope } from '../../http/policy.ts';
import { timelineRules } from './policy.ts';
import { cursorOf, mostEntries, readAsked, type TimelineQuery } from './query.ts';
import { readTimeline } from './store.ts';
import { entryOf, entryType } from './view.ts';

const resourceType = is.object({
  id: is.uuid,
  type: is.orNull(is.text),
  name: is.orNull(is.text),
  status: is.text,
  project_id: is.orNull(is.text),
});

/** A page of a timeline; null when nothing is known of the resource within the scope. */
export async function timelineOf(
  database: Database,
  scope: Scope,
  now: string,
  { order, after, ...asked }: TimelineQuery,
) {
  const { rows, subject } = await readTimeline(database, scope, order, after, { ...asked, now });
  if (subject === null && rows.length === 0 && after.at === null) return null;
  const about = {
    id: asked.resource,
    type: subject?.subject_type ?? asked.type,
    name: subject?.subject_name ?? null,
    status: subject?.subject_status ?? 'deleted',
    project_id: subject?.subject_project_id ?? null,
  };
  return { about, rows };
}

async function show(call: Call) {
  const asked = readAsked(call.query);
  const { database, clock } = call.ports;
  const page = await timelineOf(database, reach(call.actor), timestamp(clock), asked);
  if (page === null) throw notFound(`Nothing is known of a resource ${asked.resource}.`);
  const last = page.rows.at(-1);
  const isAll = call.policy.allows('scoria:operation:explanation', call.actor);
  return {
    resource: page.about,
    timeline: page.rows.map((row) => entryOf(row, isAll)),
    cursor: last === undefined ? call.query.get('after') : cursorOf(last),
  };
}

export const timeline: Resource = {
  name: 'timeline',
  rules: timelineRules,
  operations: [
    operation({
      name: 'timeline-show',
      summary: 'Show what was asked of a resource, what happened to it and why, in order',
      method: 'GET',
      at: 'root',
      path: '/scoria/v1/timeline',
      policy: ['scoria:timeline:get'],
      success: 200,
      queryParameters: {
        resource: 'the resource: its id, or its type and id as `volume/ID`',
        order: '`oldest` first, or `newest` (`oldest`)',
        after: 'the cursor of the previous answer',
        limit: `the most entries in an answer, 1 to ${mostEntries} (50)`,
      },
      answers: is.object({
        resource: resourceType,
        timeline: is.listOf(entryType),
        cursor: is.orNull(is.text),
      }),
      handler: show,
    }),
  ],
};
