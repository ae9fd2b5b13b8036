// Which role implies which. Read only: the implications are those of the migration.
import { type Call, operation } from '../../http/operation.ts';
import { couldNotFind } from '../faults.ts';
import { param } from '../keystone.ts';
import { listAnswer, selfLink } from '../listing.ts';
import { type InferenceRow, listInferences, showRole } from './store.ts';

const named = (call: Call, id: string, name: string) => ({
  id,
  name,
  links: selfLink({ links: call.links }, `roles/${id}`),
});

const impliedOf = (call: Call, rows: readonly InferenceRow[]) =>
  rows.map((row) => named(call, row.implied_id, row.implied_name));

export const inferences = operation({
  name: 'role-inference-list',
  summary: 'List which role implies which',
  method: 'GET',
  path: '/role_inferences',
  policy: ['identity:list_role_inference_rules'],
  success: 200,
  handler: async (call) => {
    const rows = await listInferences(call.ports.database, null);
    const priors = new Map(rows.map((row) => [row.prior_id, row.prior_name]));
    const items = [...priors].map(([id, name]) => ({
      prior_role: named(call, id, name),
      implies: impliedOf(
        call,
        rows.filter((row) => row.prior_id === id),
      ),
    }));
    return listAnswer(call, 'role_inferences', items);
  },
});

export const implied = operation({
  name: 'role-implied-list',
  summary: 'List the roles that a role implies',
  method: 'GET',
  path: '/roles/{role_id}/implies',
  policy: ['identity:list_implied_roles'],
  success: 200,
  handler: async (call) => {
    const id = param(call, 'role_id');
    const role = await showRole(call.ports.database, id);
    if (role === null) throw couldNotFind('role', id);
    const rows = await listInferences(call.ports.database, id);
    return { role_inference: { prior_role: named(call, id, role.name), implies: impliedOf(call, rows) } };
  },
});
