// Credentials that users keep for other services: keys of EC2, certificates. Nobody signs in here by them.
import type { Static } from '@sinclair/typebox';
import type { UserCredentialRow } from '../../../schema/identity.ts';
import { badRequest, conflict } from '../../http/faults.ts';
import { type Call, operation, type Resource } from '../../http/operation.ts';
import { couldNotFind } from '../faults.ts';
import { filter, keystoneOf, newId, param } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { addCredential, changeCredential, requireMaker } from './adding.ts';
import { userCredentialCreateBody, userCredentialUpdateBody } from './body.ts';
import { ec2 } from './ec2.ts';
import { ec2Id, keysIn } from './ec2-keys.ts';
import { userCredentialRules } from './policy.ts';
import { opened } from './sealed.ts';
import { deleteUserCredential, listUserCredentials, showUserCredential } from './store.ts';
import { userCredentialView } from './view.ts';

type AnyCall = Call<unknown>;

/** Whose credentials the caller reaches by a rule: null for everybody's. */
const ownerFor = (call: AnyCall, rule: string) => (call.policy.allows(rule, call.actor) ? null : call.actor.userId);

/** The id of a credential of that type: that of an EC2 credential is made from its access key. */
async function idFor(call: AnyCall, row: Omit<UserCredentialRow, 'id'>): Promise<string> {
  if (row.type !== 'ec2') return newId(call);
  const keys = keysIn(row.blob);
  if (keys === null) throw badRequest('The blob of an EC2 credential is JSON, with an access key and a secret.');
  if (row.project_id === null) throw badRequest('An EC2 credential needs a project_id.');
  return await ec2Id(call.ports.digests, keys.access);
}

const create = operation({
  name: 'credential-create',
  summary: 'Create a credential',
  method: 'POST',
  path: '/credentials',
  policy: [],
  body: userCredentialCreateBody,
  success: 201,
  handler: async (call) => {
    const { user_id = call.actor.userId, project_id = null, type, blob } = call.body.credential;
    const rule = 'identity:create_credential';
    await requireMaker(call, rule, user_id);
    const described = { user_id, project_id, type, blob };
    const row = { id: await idFor(call, described), ...described };
    await addCredential(call, rule, row);
    return { credential: userCredentialView.for(call, 'detail')(row) };
  },
});

const list = operation({
  name: 'credential-list',
  summary: 'List credentials: those of all users, or your own',
  method: 'GET',
  path: '/credentials',
  policy: [],
  queryParameters: { user_id: 'Only those of this user', type: 'Only those of this type' },
  success: 200,
  handler: async (call) => {
    keystoneOf(call);
    const owner = ownerFor(call, 'identity:list_credentials');
    const filters = { user_id: filter(call, 'user_id'), type: filter(call, 'type'), owner };
    const rows = await listUserCredentials(call.ports.database, filters);
    const readable = await Promise.all(rows.map((row) => opened(call.ports, row)));
    return listAnswer(call, 'credentials', readable.map(userCredentialView.for(call, 'detail')));
  },
});

/** The credential of the path, still sealed; another user's is not found. */
async function found(call: Call<unknown, 'credential_id'>, rule: string): Promise<UserCredentialRow> {
  const id = param(call, 'credential_id');
  const row = await showUserCredential(call.ports.database, id, ownerFor(call, rule));
  if (row === null) throw couldNotFind('credential', id);
  return row;
}

const show = operation({
  name: 'credential-show',
  summary: 'Show a credential',
  method: 'GET',
  path: '/credentials/{credential_id}',
  policy: [],
  success: 200,
  handler: async (call) => {
    const row = await opened(call.ports, await found(call, 'identity:get_credential'));
    return { credential: userCredentialView.for(call, 'detail')(row) };
  },
});

/** What a patch makes of a credential. Its id stays, also when it was made from an access key that does not. */
async function patched(call: Call<Static<typeof userCredentialUpdateBody>>, row: UserCredentialRow) {
  const now = { ...(await opened(call.ports, row)), ...call.body.credential };
  if (now.blob === '') throw conflict('What the credential holds cannot be opened any more: give it another blob.');
  if ((row.type === 'ec2') !== (now.type === 'ec2'))
    throw badRequest('A credential does not become one of EC2, or another.');
  await idFor(call, now); // what is no EC2 credential does not become one by a patch
  return now;
}

const update = operation({
  name: 'credential-update',
  summary: 'Change a credential',
  method: 'PATCH',
  path: '/credentials/{credential_id}',
  policy: [],
  body: userCredentialUpdateBody,
  success: 200,
  handler: async (call) => {
    const rule = 'identity:update_credential';
    const row = await found(call, rule);
    const now = await patched(call, row);
    await requireMaker(call, rule, now.user_id);
    if (!(await changeCredential(call, rule, now, row.blob)))
      throw conflict('The credential has been changed by another request.');
    return { credential: userCredentialView.for(call, 'detail')(now) };
  },
});

const remove = operation({
  name: 'credential-delete',
  summary: 'Delete a credential',
  method: 'DELETE',
  path: '/credentials/{credential_id}',
  policy: [],
  success: 204,
  handler: async (call) => {
    const id = param(call, 'credential_id');
    const owner = ownerFor(call, 'identity:delete_credential');
    if (!(await deleteUserCredential(call.ports.database, id, owner))) throw couldNotFind('credential', id);
  },
});

export const credentials: Resource = {
  name: 'credentials',
  operations: [create, list, show, update, remove, ...ec2],
  rules: userCredentialRules,
};
