// Settings of the compute service whose servers use the volumes.
import { type Environment, needed, url, wrong } from './environment.ts';
import type { IdentitySettings } from './identity.ts';

export interface ComputeSettings {
  readonly url: string;
  /** Where the service signs in, without /v3; null: it need not, because the embedded Keystone is part of it. */
  readonly identityUrl: string | null;
  readonly user: Extract<IdentitySettings, { kind: 'keystone' }>['user'];
}

export const computeVariables: readonly (readonly [string, string])[] = [
  ['SCORIA_NOVA_URL', 'URL of the Nova whose servers use the volumes, with /v2.1 (none: servers are told nothing)'],
  ['SCORIA_NOVA_USER', 'user that asks it: an admin of all servers (the one of SCORIA_KEYSTONE_USER, or admin)'],
  [
    'SCORIA_NOVA_PASSWORD',
    'its password (needed with SCORIA_IDENTITY=keystone where it is not the user of SCORIA_KEYSTONE_USER)',
  ],
  ['SCORIA_NOVA_PROJECT', 'its project, of the domain Default where not the one of SCORIA_KEYSTONE_PROJECT (admin)'],
];

type Keystone = Pick<Extract<IdentitySettings, { kind: 'keystone' }>, 'kind' | 'url' | 'user'>;

/**
 * Throws a SettingsError that names the variable. `identity` is the service that checks tokens; null: the embedded
 * one.
 */
export function readComputeSettings(
  env: Environment,
  identity: Keystone | { readonly kind: 'oidc' } | null,
): ComputeSettings | null {
  if (!env.SCORIA_NOVA_URL) return null;
  const root = url('SCORIA_NOVA_URL', env.SCORIA_NOVA_URL).href.replace(/(?<!\/)\/+$/, '');
  if (identity?.kind === 'oidc') {
    throw wrong('SCORIA_NOVA_URL', 'needs a Keystone to sign in at: SCORIA_IDENTITY must not be oidc');
  }
  const isTheService = identity !== null && !env.SCORIA_NOVA_USER;
  const user = isTheService ? identity.user : readUser(env, identity !== null);
  return { url: root, identityUrl: identity?.url ?? null, user };
}

const readUser = (env: Environment, signsIn: boolean) => ({
  name: env.SCORIA_NOVA_USER || 'admin',
  password: signsIn ? needed(env, 'SCORIA_NOVA_PASSWORD', 'when SCORIA_NOVA_USER is') : '',
  project: env.SCORIA_NOVA_PROJECT || 'admin',
  userDomain: 'Default',
  projectDomain: 'Default',
});
