// Whether the actor is allowed: the operation's rules, checked before its handler runs.
import { forbidden, noSuchRoute, notFound } from './faults.ts';
import type { Call, Operation } from './operation.ts';
import { isUuid } from './schemas.ts';

/** The rules that the request must pass, all of them. */
function rulesOf({ policy, furtherPolicy }: Operation, call: Call): readonly string[] {
  if (furtherPolicy === undefined) return policy;
  const further = Object.entries(furtherPolicy).filter(([, isAsked]) => isAsked(call as Call<never>)); // checked against its schema
  return [...policy, ...further.map(([rule]) => rule)];
}

/** The user whom a request concerns: the owner of its target, or the actor when it has no target. Null: not known. */
async function userOf({ target }: Operation, call: Call<unknown, string>): Promise<string | null> {
  if (target?.owner !== undefined) return hasTarget(target, call) ? target.owner(call) : null;
  return Object.keys(call.params).some((name) => name !== 'project_id') ? null : call.actor.userId;
}

/** Whether the path can name something: only a UUID can be the id of a resource. */
const hasTarget = (target: Operation['target'], { params }: Call<unknown, string>) =>
  target?.param === undefined || isUuid(params[target.param] ?? '');

/** Throws 403 when a rule refuses, and 404 when the actor cannot see such a target. */
export async function authorise(operation: Operation, call: Call<unknown, string>): Promise<void> {
  const { actor, policy } = call;
  const { target, hides = false } = operation;
  const rules = rulesOf(operation, call);
  const user = rules.some((rule) => policy.asksUser(rule)) ? await userOf(operation, call) : null;
  const refused = rules.find((rule) => !policy.allows(rule, actor, actor.projectId, user));
  const isThere = hasTarget(target, call);
  if (refused === undefined && isThere) return;
  if (refused === undefined || hides || !(await isSeen(target, isThere, call))) {
    const id = target?.param === undefined ? '' : (call.params[target.param] ?? '');
    throw notFound(target?.absent?.(id) ?? noSuchRoute().message);
  }
  throw forbidden(refused);
}

const isSeen = async (target: Operation['target'], isThere: boolean, call: Call<unknown, string>) =>
  target?.exists === undefined || (isThere && (await target.exists(call)));
