// Whether the actor may: the operation's rules, asked before its handler runs.
import { forbidden, noSuchRoute, notFound } from './faults.ts';
import type { Call, Operation } from './operation.ts';
import { targetUser } from './owners/store.ts';

/** The rules that the request must pass, all of them. */
function rulesOf({ policy, furtherPolicy }: Operation, call: Call): readonly string[] {
  if (furtherPolicy === undefined) return policy;
  const further = Object.entries(furtherPolicy).filter(([, isAsked]) => isAsked(call as Call<never>)); // checked against its schema
  return [...policy, ...further.map(([rule]) => rule)];
}

/** Throws 403 when a rule refuses, and 404 when the target is out of the actor's reach anyway. */
export async function authorise(operation: Operation, call: Call): Promise<void> {
  const { actor, policy } = call;
  const rules = rulesOf(operation, call);
  const user = rules.some((rule) => policy.asksUser(rule))
    ? await targetUser(call.ports.database, call.params, call.body, actor.userId)
    : null;
  const refused = rules.find((rule) => !policy.allows(rule, actor, actor.projectId, user));
  if (refused === undefined) return;
  if (operation.hides || (operation.exists !== undefined && !(await operation.exists(call)))) {
    throw notFound(operation.absent?.(call.params) ?? noSuchRoute().message);
  }
  throw forbidden(refused);
}
