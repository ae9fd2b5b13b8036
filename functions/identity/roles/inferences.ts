// Which role implies which.
import { subject } from '../../../infra/identity/port.ts';
import { Fault, notFound } from '../../http/faults.ts';
import { type Call, operation } from '../../http/operation.ts';
import { couldNotFind } from '../faults.ts';
import { param } from '../keystone.ts';
import { listAnswer, selfLink } from '../listing.ts';
import { revokingNow } from '../revoking.ts';
import { deleteInference, type Ends, findInference, insertInference } from './implications/store.ts';
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

const path = '/roles/{role_id}/implies/{implied_role_id}';
const idsOf = (call: Call<unknown, 'implied_role_id' | 'role_id'>) =>
  [param(call, 'role_id'), param(call, 'implied_role_id')] as const;

function requireBoth(ends: Ends, prior: string, implied: string): void {
  if (ends.prior_name === null) throw couldNotFind('role', prior);
  if (ends.implied_name === null) throw couldNotFind('role', implied);
}

function requireThere(ends: Ends, prior: string, implied: string): void {
  requireBoth(ends, prior, implied);
  if (!ends.is_there) throw notFound(`${prior} does not imply ${implied}`);
}

const inferenceOf = (call: Call, ends: Ends, prior: string, implied: string) => ({
  role_inference: {
    prior_role: named(call, prior, ends.prior_name ?? ''),
    implies: named(call, implied, ends.implied_name ?? ''),
  },
});

export const implications = [
  operation({
    name: 'role-implication-create',
    summary: 'Let a role imply another one',
    method: 'PUT',
    path,
    policy: ['identity:create_implied_role'],
    success: 201,
    handler: async (call) => {
      const [prior, implied] = idsOf(call);
      const ends = await insertInference(call.ports.database, prior, implied);
      requireBoth(ends, prior, implied);
      // Whoever may give some role must not be able to give this one by it.
      if (ends.implied_name === 'admin' || !ends.may_imply)
        throw new Fault(403, `${implied} cannot be an implied role`);
      return inferenceOf(call, ends, prior, implied);
    },
  }),
  // HEAD is served from here too.
  operation({
    name: 'role-implication-show',
    summary: 'Show that a role implies another one',
    method: 'GET',
    path,
    policy: ['identity:get_implied_role'],
    success: 200,
    head: 204,
    handler: async (call) => {
      const [prior, implied] = idsOf(call);
      const ends = await findInference(call.ports.database, prior, implied);
      requireThere(ends, prior, implied);
      return inferenceOf(call, ends, prior, implied);
    },
  }),
  operation({
    name: 'role-implication-delete',
    summary: 'Stop a role from implying another one',
    method: 'DELETE',
    path,
    policy: ['identity:delete_implied_role'],
    success: 204,
    handler: async (call) => {
      const [prior, implied] = idsOf(call);
      const revoked = revokingNow(call);
      const ends = await deleteInference(call.ports.database, prior, implied, revoked);
      requireThere(ends, prior, implied);
      // Policies are written for these: a member who is no reader could change what it cannot see.
      if (ends.are_immutable) throw new Fault(403, `Unable to delete what the immutable role ${prior} implies.`);
      revoked.done([subject.role(prior)]);
    },
  }),
];
