// Who asks: the user demo in the project that has nearly everything, in one that has little, and in one that has
// nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from './client.ts';

export interface SignedIn {
  readonly token: string;
  readonly projectId: string;
  readonly userId: string;
  readonly password: string;
}

const inDefault = (name: string) => ({ name, domain: { id: 'default' } });

export const signInRequest = (password: string, user = 'demo', project = user) => ({
  method: 'POST',
  path: '/identity/v3/auth/tokens',
  body: {
    auth: {
      identity: { methods: ['password'], password: { user: { ...inDefault(user), password } } },
      scope: { project: inDefault(project) },
    },
  },
});

/** Signs a user in with the password that the first start has written down. */
export async function signIn(port: number, folder: string, user = 'demo', project = user): Promise<SignedIn> {
  const file = JSON.parse(readFileSync(join(folder, 'data', 'passwords.json'), 'utf8')) as Record<string, string>;
  const password = file[user] ?? '';
  const reply = await once(port, signInRequest(password, user, project));
  const token = /\r\nx-subject-token: *(\S+)/i.exec(reply.head)?.[1];
  if (reply.status !== 201 || token === undefined) throw new Error(`sign-in: ${reply.status} ${reply.body}`);
  const said = JSON.parse(reply.body) as { token: { project: { id: string }; user: { id: string } } };
  return { token, projectId: said.token.project.id, userId: said.token.user.id, password };
}

export type Neighbour = 'small' | 'empty';

/** Makes a project for the user demo, or finds it, and signs in there. */
export async function signInBeside(port: number, folder: string, project: Neighbour): Promise<SignedIn> {
  const admin = await signIn(port, folder, 'admin');
  const ask = async (method: string, path: string, wanted: number, body?: object) => {
    const reply = await once(port, {
      method,
      path: `/identity/v3${path}`,
      token: admin.token,
      ...(body ? { body } : {}),
    });
    if (reply.status !== wanted) throw new Error(`${method} ${path}: ${reply.status} ${reply.body}`);
    return reply.body === '' ? {} : JSON.parse(reply.body);
  };
  const made = await ask('POST', '/projects', 201, { project: { name: project, domain_id: 'default' } });
  const [role] = (await ask('GET', '/roles?name=member', 200)).roles;
  const { userId } = await signIn(port, folder);
  await ask('PUT', `/projects/${made.project.id}/users/${userId}/roles/${role.id}`, 204);
  return signIn(port, folder, 'demo', project);
}
