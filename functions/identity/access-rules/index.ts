// Access rules: what application credentials of a user are held to. They are made with the credentials.
import { operation, type Resource } from '../../http/operation.ts';
import { couldNotFind } from '../faults.ts';
import { filter, param, refused, requireSelfOr, requireUnrestricted } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { accessRuleRules } from './policy.ts';
import { deleteAccessRule, listAccessRules, showAccessRule } from './store.ts';
import { accessRuleView } from './view.ts';

const list = operation({
  name: 'access-rule-list',
  summary: "List the access rules of a user's application credentials",
  method: 'GET',
  path: '/users/{user_id}/access_rules',
  policy: [],
  queryParameters: {
    service: 'Only those of this service',
    method: 'Only those with this method',
    path: 'Only those with this path',
  },
  success: 200,
  handler: async (call) => {
    const userId = param(call, 'user_id');
    requireSelfOr(call, 'identity:list_access_rules', userId);
    const filters = { service: filter(call, 'service'), method: filter(call, 'method'), path: filter(call, 'path') };
    const rows = await listAccessRules(call.ports.database, userId, filters);
    return listAnswer(call, 'access_rules', rows.map(accessRuleView.for(call, 'detail')));
  },
});

const show = operation({
  name: 'access-rule-show',
  summary: 'Show an access rule',
  method: 'GET',
  path: '/users/{user_id}/access_rules/{access_rule_id}',
  policy: [],
  success: 200,
  handler: async (call) => {
    const [userId, id] = [param(call, 'user_id'), param(call, 'access_rule_id')];
    requireSelfOr(call, 'identity:get_access_rule', userId);
    const row = await showAccessRule(call.ports.database, userId, id);
    if (row === null) throw couldNotFind('access rule', id);
    return { access_rule: accessRuleView.for(call, 'detail')(row) };
  },
});

const remove = operation({
  name: 'access-rule-delete',
  summary: 'Delete an access rule that no application credential uses',
  method: 'DELETE',
  path: '/users/{user_id}/access_rules/{access_rule_id}',
  policy: [],
  success: 204,
  handler: async (call) => {
    const [userId, id] = [param(call, 'user_id'), param(call, 'access_rule_id')];
    requireSelfOr(call, 'identity:delete_access_rule', userId);
    await requireUnrestricted(call);
    const found = await deleteAccessRule(call.ports.database, userId, id);
    if (found === 'absent') throw couldNotFind('access rule', id);
    if (found === 'used') throw refused(`the access rule ${id} is in use by an application credential.`);
  },
});

export const accessRules: Resource = {
  name: 'access-rules',
  operations: [list, show, remove],
  rules: accessRuleRules,
};
