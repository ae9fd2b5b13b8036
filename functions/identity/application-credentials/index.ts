// Application credentials: what a program signs in with, instead of its user's password.
import { subject } from '../../../infra/identity/port.ts';
import { operation, type Resource } from '../../http/operation.ts';
import { couldNotFind } from '../faults.ts';
import { filter, param, requireSelfOr, requireUnrestricted } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { revokingNow } from '../revoking.ts';
import { createCredential } from './create.ts';
import { credentialRules } from './policy.ts';
import { deleteCredential, listCredentials, showCredential } from './store.ts';
import { credentialView } from './view.ts';

const list = operation({
  name: 'application-credential-list',
  summary: "List a user's application credentials",
  method: 'GET',
  path: '/users/{user_id}/application_credentials',
  policy: [],
  queryParameters: { name: 'Only the one with this name' },
  success: 200,
  handler: async (call) => {
    const userId = param(call, 'user_id');
    requireSelfOr(call, 'identity:list_application_credentials', userId);
    const rows = await listCredentials(call.ports.database, userId, filter(call, 'name'));
    return listAnswer(call, 'application_credentials', rows.map(credentialView.for(call, 'detail')));
  },
});

const show = operation({
  name: 'application-credential-show',
  summary: 'Show an application credential',
  method: 'GET',
  path: '/users/{user_id}/application_credentials/{application_credential_id}',
  policy: [],
  success: 200,
  handler: async (call) => {
    const userId = param(call, 'user_id');
    requireSelfOr(call, 'identity:get_application_credential', userId);
    const id = param(call, 'application_credential_id');
    const row = await showCredential(call.ports.database, userId, id);
    if (row === null) throw couldNotFind('application credential', id);
    return { application_credential: credentialView.for(call, 'detail')(row) };
  },
});

const remove = operation({
  name: 'application-credential-delete',
  summary: 'Delete an application credential',
  method: 'DELETE',
  path: '/users/{user_id}/application_credentials/{application_credential_id}',
  policy: [],
  success: 204,
  handler: async (call) => {
    const userId = param(call, 'user_id');
    requireSelfOr(call, 'identity:delete_application_credential', userId);
    await requireUnrestricted(call);
    const id = param(call, 'application_credential_id');
    const revoked = revokingNow(call);
    if (!(await deleteCredential(call.ports.database, userId, id, revoked))) {
      throw couldNotFind('application credential', id);
    }
    revoked.done([subject.credential(id)]);
  },
});

export const applicationCredentials: Resource = {
  name: 'application-credentials',
  operations: [createCredential, list, show, remove],
  rules: credentialRules,
};
