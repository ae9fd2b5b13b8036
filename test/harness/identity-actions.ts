// What tests of the identity service do again and again, as an admin.
import assert from 'node:assert/strict';
import { canary } from './canaries.ts';
import { passwordAuth, signIn, type TestIdentity, type TestReply } from './identity.ts';

type Send = (method: string, path: string, body?: unknown) => Promise<TestReply>;

export interface Persona {
  readonly project: { readonly id: string; readonly domain_id: string };
  readonly user: { readonly id: string };
  readonly password: string;
  /** The path of its grant. */
  readonly grant: string;
  readonly scope: object;
  readonly token: string;
}

export interface IdentityActions {
  as(token: string): Send;
  readonly asAdmin: Send;
  isValid(token: string): Promise<boolean>;
  /** The id of one of the first users. */
  userId(name: string): string;
  roleId(name: string): Promise<string>;
  /** A user with a role on a project of its own, made as tempest makes them. */
  persona(name: string, role: string): Promise<Persona>;
}

export async function identityActions(to: TestIdentity): Promise<IdentityActions> {
  const admin = await signIn(to, 'admin');
  const as =
    (token: string): Send =>
    (method, path, body) =>
      to.send(method, path, body === undefined ? { token } : { token, body });
  const asAdmin = as(admin);
  const roleId = async (name: string) => (await asAdmin('GET', `/roles?name=${name}`)).body.roles[0].id;
  return {
    as,
    asAdmin,
    isValid: async (token) => (await to.ports.identity.authenticate(token)) !== null,
    userId: (name) => to.users.find((one) => one.name === name)?.userId ?? '',
    roleId,
    async persona(name, role) {
      const wanted = { name: `${name}-project`, description: 'x' };
      const { project } = (await asAdmin('POST', '/projects', { project: wanted })).body;
      const password = `${canary(name)} a-Password/1 &%`;
      const made = { name, password, email: `${name}@example.org`, enabled: true, project_id: project.id };
      const { user } = (await asAdmin('POST', '/users', { user: made })).body;
      const grant = `/projects/${project.id}/users/${user.id}/roles/${await roleId(role)}`;
      assert.equal((await asAdmin('PUT', grant)).status, 204);
      const scope = { project: { id: project.id } };
      const answer = await to.send('POST', '/auth/tokens', { body: passwordAuth(name, password, scope) });
      return { project, user, password, grant, scope, token: answer.headers.get('x-subject-token') ?? '' };
    },
  };
}
