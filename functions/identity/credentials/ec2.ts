// EC2 credentials of a user: pairs of keys for one project.
import type { UserCredentialRow } from '../../../schema/identity.ts';
import { type Call, operation } from '../../http/operation.ts';
import { couldNotFind } from '../faults.ts';
import { newId, param, requireSelfOr } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { addCredential, requireMaker } from './adding.ts';
import { ec2CreateBody } from './body.ts';
import { blobOf, ec2Id, keysIn } from './ec2-keys.ts';
import { opened } from './sealed.ts';
import { deleteUserCredential, listUserCredentials } from './store.ts';
import { ec2View } from './view.ts';

/** The keys of a user by the access key, which a patch may have changed since the id was made from it. */
async function found(call: Call, userId: string, access: string): Promise<UserCredentialRow> {
  const rows = await listUserCredentials(call.ports.database, { user_id: userId, type: 'ec2', owner: null });
  for (const row of rows) {
    const readable = await opened(call.ports, row);
    if (keysIn(readable.blob)?.access === access) return readable;
  }
  throw couldNotFind('credential', access);
}

const path = '/users/{user_id}/credentials/OS-EC2';
const one = `${path}/{access}`;

export const ec2 = [
  operation({
    name: 'ec2-credential-create',
    summary: 'Create EC2 keys for a user and a project',
    method: 'POST',
    path,
    policy: [],
    body: ec2CreateBody,
    success: 201,
    handler: async (call) => {
      const userId = param(call, 'user_id');
      const rule = 'identity:ec2_create_credential';
      await requireMaker(call, rule, userId);
      const access = newId(call);
      const row = {
        id: await ec2Id(call.ports.digests, access),
        user_id: userId,
        project_id: call.body.tenant_id,
        type: 'ec2',
        blob: blobOf({ access, secret: call.ports.ids.secret(24) }),
      };
      await addCredential(call, rule, row);
      return { credential: ec2View.for(call, 'detail')(row) };
    },
  }),
  operation({
    name: 'ec2-credential-list',
    summary: 'List the EC2 keys of a user',
    method: 'GET',
    path,
    policy: [],
    success: 200,
    handler: async (call) => {
      const userId = param(call, 'user_id');
      requireSelfOr(call, 'identity:ec2_list_credentials', userId);
      const rows = await listUserCredentials(call.ports.database, { user_id: userId, type: 'ec2', owner: null });
      const readable = await Promise.all(rows.map((row) => opened(call.ports, row)));
      return listAnswer(call, 'credentials', readable.map(ec2View.for(call, 'detail')));
    },
  }),
  operation({
    name: 'ec2-credential-show',
    summary: 'Show EC2 keys by the access key',
    method: 'GET',
    path: one,
    policy: [],
    success: 200,
    handler: async (call) => {
      const [userId, access] = [param(call, 'user_id'), param(call, 'access')];
      requireSelfOr(call, 'identity:ec2_get_credential', userId);
      return { credential: ec2View.for(call, 'detail')(await found(call, userId, access)) };
    },
  }),
  operation({
    name: 'ec2-credential-delete',
    summary: 'Delete EC2 keys by the access key',
    method: 'DELETE',
    path: one,
    policy: [],
    success: 204,
    handler: async (call) => {
      const [userId, access] = [param(call, 'user_id'), param(call, 'access')];
      requireSelfOr(call, 'identity:ec2_delete_credential', userId);
      const { id } = await found(call, userId, access);
      if (!(await deleteUserCredential(call.ports.database, id, userId))) throw couldNotFind('credential', access);
    },
  }),
];
