// The cells of the matrix: each operation with each target, by whatever names one, and what the reference says of it.
import type { Operation } from '../../functions/http/operation.ts';
import type { Actor } from '../../infra/identity/port.ts';
import { projects } from '../harness/people.ts';
import * as samples from '../harness/samples.ts';
import { type Place, places, type Target } from '../harness/world.ts';
import type { Role } from '../reference/rows.ts';
import { absentIs400, hidden, leastOf, needsProject, sameHomeOnly } from './golden.ts';

/** What names the target: an id in the path, else the project in the URL; or a field of the body besides. */
export type By = 'path' | 'project' | 'nothing' | { readonly field: readonly string[]; readonly place: Place };

export interface Cell {
  readonly operation: Operation;
  readonly target: Target;
  readonly by: By;
}

/** `done` is success or a refusal for another reason than who asks: 400, 409, 413. */
export type Outcome = 401 | 403 | 404 | 'other project' | 'done';

export const targets: readonly Target[] = ['own', 'foreign', 'absent'];

function waysOf(operation: Operation): By[] {
  const fields = samples.idFieldsOf(operation).map(({ path, place }) => ({ field: path, place }));
  if (samples.placeOf(operation) !== null) return ['path', ...fields];
  return [operation.at === undefined ? 'project' : 'nothing', ...fields];
}

export const cells: readonly Cell[] = samples.operations.flatMap((operation) =>
  waysOf(operation).flatMap((by) =>
    (by === 'nothing' ? (['own'] as const) : targets).map((target) => ({ operation, target, by })),
  ),
);

export const nameOf = ({ operation, target, by }: Cell) =>
  `${operation.name} ${target} by ${typeof by === 'string' ? by : by.field.join('.')}`;

export const projectOf = (target: Target): string =>
  target === 'own' ? projects.own : target === 'foreign' ? projects.other : (places.target_project_id?.absent ?? '');

/** The target that is the actor's own; for who is in no project, the one of the project `own`. */
export const homeOf = (actor: Actor | undefined): Target => (actor?.projectId === projects.other ? 'foreign' : 'own');

/** Whether the rule lets the actor pass, for a target of that project. */
function passes(least: Role, actor: Actor, projectId: string | null): boolean {
  if (least === 'open' || least === 'anyone' || actor.roles.has('admin')) return true;
  if (least === 'admin') return false;
  return actor.roles.has(least) && projectId !== null && actor.projectId === projectId;
}

/** Whether a row of a project is there for the actor: an admin reaches every project's. */
const isInReach = (actor: Actor, target: Target) =>
  target !== 'absent' && (actor.roles.has('admin') || actor.projectId === projectOf(target));

/** What the reference says that the actor (undefined: nobody) is told. */
export function expected({ operation, target, by }: Cell, actor: Actor | undefined): Outcome {
  if (leastOf(operation.name) === 'open') return 'done';
  if (actor === undefined) return 401;
  if (by === 'project' && actor.projectId !== projectOf(target)) return 'other project';
  const byPath = expectedOfPath(operation, actor, by === 'path' ? target : homeOf(actor));
  if (byPath !== 'done' || typeof by === 'string') return byPath;
  return expectedOfField(operation, actor, target, `${operation.name} ${by.field.join('.')}`);
}

function expectedOfField(operation: Operation, actor: Actor, target: Target, name: string): Outcome {
  if (actor.projectId === null && needsProject.has(operation.name)) return 'done';
  const isThere = sameHomeOnly.has(name) ? target === homeOf(actor) : isInReach(actor, target);
  return isThere || absentIs400.has(name) ? 'done' : 404;
}

function expectedOfPath(operation: Operation, actor: Actor, target: Target): Outcome {
  const place = samples.placeOf(operation);
  const kind = place?.kind ?? 'free';
  // The path of a quota set names the project that the rule asks about; elsewhere it is the actor's own.
  const mayPass = passes(leastOf(operation.name), actor, kind === 'project' ? projectOf(target) : actor.projectId);
  const isThere =
    kind === 'scoped' ? isInReach(actor, target) : kind !== 'none' && !(kind === 'named' && target === 'absent');
  if (mayPass) return isThere ? 'done' : 404;
  if (place?.policyFirst === true) return 403;
  return isThere && !hidden.has(operation.name) ? 403 : 404;
}
