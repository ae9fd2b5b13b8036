// The access rules that an application credential is made with.
import type { Static } from '@sinclair/typebox';
import * as Type from '@sinclair/typebox';
import type { AccessRule } from '../../../infra/identity/port.ts';
import { badRequest } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import { text } from '../../http/schemas.ts';
import { findAccessRules } from '../access-rules/store.ts';
import { couldNotFind } from '../faults.ts';
import { newId } from '../keystone.ts';
import { idText } from '../schemas.ts';

/** A rule, or the id of one that the user has. */
const rule = Type.Object(
  {
    id: Type.Optional(idText()),
    service: Type.Optional(text({ min: 1, max: 64 })),
    method: Type.Optional(text({ min: 1, max: 8 })),
    path: Type.Optional(text({ min: 1, max: 255 })),
  },
  { additionalProperties: false },
);

export const accessRuleList = () => Type.Union([Type.Array(rule, { maxItems: 50 }), Type.Null()]);

type Asked = Static<typeof rule>;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** Characters of JSON: a token says all rules of its credential, and must fit into a header. */
const longest = 4096;

function described({ service, method, path }: Asked): AccessRule {
  if (service === undefined || method === undefined || path === undefined) {
    throw badRequest('An access rule needs a service, a method and a path, or the id of one that there is.');
  }
  if (!methods.includes(method)) throw badRequest(`The method of an access rule is one of ${methods.join(', ')}.`);
  if (!path.startsWith('/')) throw badRequest('The path of an access rule begins with a slash.');
  return { service, method, path };
}

/** The rules that a body asks for, each once, with an id for those that are new; null where it asks for none. */
export async function accessRulesOf(call: Call<unknown>, userId: string, asked: readonly Asked[] | null | undefined) {
  if (asked == null || asked.length === 0) return null;
  const ids = asked.flatMap(({ id }) => (id === undefined ? [] : [id]));
  const known = ids.length === 0 ? [] : await findAccessRules(call.ports.database, userId, ids);
  const rules = asked.map((one) => {
    if (one.id === undefined) return described(one);
    const found = known.find((row) => row.id === one.id);
    if (found === undefined) throw couldNotFind('access rule', one.id);
    return { service: found.service, method: found.method, path: found.path };
  });
  const distinct = [...new Map(rules.map((one) => [JSON.stringify(one), one])).values()];
  if (JSON.stringify(distinct).length > longest) throw badRequest(`Access rules have at most ${longest} characters.`);
  return distinct.map((one) => ({ id: newId(call), ...one }));
}
