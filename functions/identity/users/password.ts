// A user changes its own password: whoever knows the old one may, with or without a token.
import { subject } from '../../../infra/identity/port.ts';
import { badRequest, unauthorized } from '../../http/faults.ts';
import { operation } from '../../http/operation.ts';
import { admit, isRight } from '../guarded.ts';
import { keystoneOf, param } from '../keystone.ts';
import { revokingNow } from '../revoking.ts';
import { passwordBody } from './body.ts';
import { readOptions } from './options.ts';
import { signInOf, updateUser } from './store.ts';

/** Guessing the old password is held down like signing in. */
export const changePassword = operation({
  name: 'user-password-change',
  summary: 'Change your own password',
  method: 'POST',
  path: '/users/{user_id}/password',
  policy: [],
  open: true,
  body: passwordBody,
  success: 204,
  handler: async (call) => {
    const id = param(call, 'user_id');
    const { passwords } = keystoneOf(call);
    const account = subject.user(id);
    const { original_password, password } = call.body.user;
    const { oldPassword, lock_password } = await admit(call, id, original_password, async () => {
      const { password: hash, options } = await signInOf(call.ports.database, id);
      const { lock_password, ignore_lockout_failure_attempts: isNeverClosed = false } = readOptions(options);
      if (!(await isRight(call, account, original_password, { hash, isNeverClosed }))) throw unauthorized();
      return { oldPassword: hash, lock_password };
    });
    if (lock_password) throw badRequest('The password of this user is locked: only an admin may set another one.');
    const hashed = await passwords.hash(password);
    const revoked = revokingNow(call);
    const changed = await updateUser(call.ports.database, id, { patch: {}, password: hashed, oldPassword }, revoked);
    if (changed === null) throw unauthorized(); // another request has changed it meanwhile
    revoked.done([account]);
  },
});
