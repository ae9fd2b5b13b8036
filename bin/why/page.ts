// A timeline for a person who was just woken up: first what is wrong, then how it came about.
import type { Entry } from '../../functions/automation/timeline/view.ts';
import type { Explanation } from '../../workers/scheduler/decide.ts';
import type { History } from './history.ts';

type Named = (id: string | null) => string;

/** `now` is in milliseconds since 1970. */
export function page(history: History, now: number, bold: (text: string) => string = (text) => text): string {
  const { resource, timeline, hasEarlier } = history;
  const named: Named = (id) => (id === null ? 'somebody' : (history.names[id] ?? id));
  const name = resource.name === null || resource.name === '' ? '' : ` "${resource.name}"`;
  const where = resource.project_id === null ? '' : `, project ${named(resource.project_id)}`;
  const head = `${resource.type ?? 'resource'} ${resource.id}${name}: ${resource.status}${where}`;
  const day = timeline.at(-1)?.at.slice(0, 10) ?? '';
  const earlier = hasEarlier ? ['  (there is more before: --all)'] : [];
  return [
    bold(head),
    '',
    ...verdict(history, now, named),
    '',
    bold(`TIMELINE  UTC, ${day}`),
    ...earlier,
    ...timeline.flatMap((one) => lines(one, timeline, named, day)),
    '',
  ].join('\n');
}

/** What is wrong, according to the newest operation. */
function verdict({ timeline, resource }: History, now: number, named: Named): readonly string[] {
  const operations = timeline.filter(({ type }) => type === 'operation');
  const open = operations.filter(({ status }) => status === 'running' || status === 'queued');
  const last = operations.at(-1);
  if (open.length > 0) return open.flatMap((one) => underWay(one, timeline, now));
  if (last?.status === 'failed') return failure(last, timeline, now, named);
  if (resource.status.startsWith('error')) return reset(timeline, now);
  const ago = last === undefined ? '' : ` Last: ${last.what}, ended ${age(last.ended_at, now)}.`;
  return [`NOW   nothing is under way and the last operation did not fail.${ago}`];
}

function underWay(one: Entry, timeline: readonly Entry[], now: number): readonly string[] {
  const last = timeline.findLast(({ type, operation_id }) => type === 'try' && operation_id === one.id);
  const tried = one.attempt === null || one.attempt < 2 ? '' : `, attempt ${one.attempt}`;
  return [
    `NOW   ${one.what}, asked for ${age(one.at, now)}, is ${one.status}: step ${one.step}${tried}`,
    ...(one.waits_for === null ? [] : [`      waits for ${one.waits_for}${one.host ? ` (${one.host})` : ''}`]),
    ...(last === undefined ? [] : [`      the last try said: ${last.cause}`]),
    `      fails by itself ${age(one.deadline, now)} if it has not ended`,
    ...(explanationOf(one)?.chosen === null ? decision(one).map((line) => `      ${line}`) : []),
  ];
}

function failure(one: Entry, timeline: readonly Entry[], now: number, named: Named): readonly string[] {
  const messages = timeline.filter(({ type, operation_id }) => type === 'message' && operation_id === one.id);
  const tries = one.attempt === null || one.attempt < 2 ? '' : ` after ${one.attempt} attempts`;
  return [
    `WHY   ${one.what} failed ${age(one.ended_at, now)}${tries}; ${named(one.user_id)} had asked for it`,
    `      ${one.cause ?? 'no cause is known'}`,
    ...messages.map(({ what }) => `      the user was told: ${what}`),
    ...decision(one).map((line) => `      ${line}`),
  ];
}

/** An error that no operation caused was set by somebody. */
function reset(timeline: readonly Entry[], now: number): readonly string[] {
  const written = timeline.findLast(({ type, status }) => type === 'event' && status?.startsWith('error'));
  if (written === undefined) return ['WHY   what brought it there is older than what is kept'];
  return [`WHY   ${written.what} ${age(written.at, now)}, request ${written.request_id}: no operation has failed`];
}

const explanationOf = ({ explanation }: Entry) => (explanation ?? null) as Explanation | null; // the scheduler's own

/** The scheduler's decision: what it chose, or what dropped each pool. */
function decision(one: Entry): readonly string[] {
  const explanation = explanationOf(one);
  if (explanation === null) return [];
  const { chosen, considered, dropped, refusals = [] } = explanation;
  const width = Math.max(...dropped.map(({ pool }) => pool.length), 0);
  const refused = refusals.map(({ pool, cause }) => `  ${pool} was chosen, and its driver refused: ${cause}`);
  const more = considered - dropped.length - refusals.length;
  const pools = considered === 1 ? '1 pool was' : `${considered} pools were`;
  if (chosen !== null) return [`the scheduler chose ${chosen}; ${pools} considered`, ...refused];
  return [
    `${considered === 0 ? 'the scheduler knows no pool: no worker has reported one' : `${pools} considered, and none taken:`}`,
    ...dropped.map(({ pool, filter, reason }) => `  ${pool.padEnd(width)}  ${filter}: ${reason}`),
    ...refused,
    ...(more > 0 && dropped.length >= 50 ? [`  and ${more} more`] : []),
  ];
}

function lines(one: Entry, all: readonly Entry[], named: Named, day: string): readonly string[] {
  const date = one.at.slice(0, 10) === day ? '' : `${one.at.slice(0, 10)} `;
  const time = `${date}${one.at.slice(11, 23)}`;
  const indent = ' '.repeat(time.length + 4);
  if (one.type === 'operation') {
    const end = one.ended_at === null ? one.status : `${one.status} after ${span(one.at, one.ended_at)}`;
    const asked = `${time}  ${named(one.user_id)} asked for ${one.what}: ${end} (${one.request_id ?? 'no request'})`;
    const isExplainedAbove = one.status === 'failed' && isLastOperation(one, all);
    return [asked, ...(isExplainedAbove ? [] : decision(one).map((line) => `${indent}${line}`))];
  }
  if (one.type === 'try') return [`${time}    attempt ${one.attempt} did not end it: ${one.cause}`];
  if (one.type === 'message') return [`${time}    the user was told: ${one.what}`];
  const by = one.operation_id === null && one.request_id !== null ? ` (${one.request_id})` : '';
  const shows = one.status === null ? '' : ` -> ${one.status}`;
  const cause = one.cause === null ? '' : `: ${one.cause}`;
  return [`${time}    ${one.what}${shows}${cause}${by}`];
}

const isLastOperation = (one: Entry, all: readonly Entry[]) => all.findLast(({ type }) => type === 'operation') === one;

const parsed = (moment: string) => Date.parse(`${moment.slice(0, 23)}Z`);

function inWords(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}

const span = (from: string, to: string) => inWords(Math.max(0, parsed(to) - parsed(from)));

/** `3 min ago (02:11:04 UTC)`, `in 57 min (…)`. */
function age(moment: string | null, now: number): string {
  if (moment === null) return 'some time ago';
  const left = parsed(moment) - now;
  const words = left > 0 ? `in ${inWords(left)}` : `${inWords(-left)} ago`;
  return `${words} (${moment.slice(0, 19).replace('T', ' ')} UTC)`;
}
