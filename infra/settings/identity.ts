// Settings of the identity service: none for the embedded Keystone, else another Keystone or an OpenID issuer.
import { type Environment, needed, url, wrong } from './environment.ts';

export type IdentitySettings =
  | {
      readonly kind: 'keystone';
      readonly url: string;
      readonly user: {
        readonly name: string;
        readonly password: string;
        readonly project: string;
        readonly userDomain: string;
        readonly projectDomain: string;
      };
      /** The path of a file of PEM public keys. */
      readonly jwsKeys: string | null;
    }
  | {
      readonly kind: 'oidc';
      readonly issuer: string;
      readonly audience: string;
      readonly jwksUrl: string | null;
      /** The path of a JSON file. */
      readonly mapping: string | null;
    };

export const identityVariables: readonly (readonly [string, string])[] = [
  ['SCORIA_IDENTITY', 'who checks tokens: embedded, keystone, oidc (embedded); docs/identity.md'],
  ['SCORIA_KEYSTONE_URL', 'URL of the Keystone, as clients use it (needed with keystone)'],
  ['SCORIA_KEYSTONE_USER', 'user that may validate tokens there (cinder)'],
  ['SCORIA_KEYSTONE_PASSWORD', 'its password (needed with keystone)'],
  ['SCORIA_KEYSTONE_PROJECT', 'its project (service)'],
  ['SCORIA_KEYSTONE_DOMAINS', 'domains of the user and of the project, or one for both (Default)'],
  ['SCORIA_KEYSTONE_JWS_KEYS', 'file of PEM public keys, where Keystone makes JWS tokens (none)'],
  ['SCORIA_OIDC_ISSUER', 'the issuer as its tokens name it (needed with oidc)'],
  ['SCORIA_OIDC_AUDIENCE', 'the audience that tokens must name (needed with oidc)'],
  ['SCORIA_OIDC_JWKS', "URL of the issuer's keys (what its discovery document says)"],
  ['SCORIA_OIDC_MAPPING', 'JSON file that says which claims are user, project and roles (docs/identity.md)'],
];

/** Reads the variables of the identity; null for the embedded one. Throws a SettingsError that names the variable. */
export function readIdentitySettings(env: Environment, path: (text: string) => string): IdentitySettings | null {
  const kind = env.SCORIA_IDENTITY || 'embedded';
  if (kind === 'embedded') return null;
  if (kind === 'keystone') return readKeystone(env, path);
  if (kind === 'oidc') return readOidc(env, path);
  throw wrong('SCORIA_IDENTITY', 'must be one of embedded, keystone, oidc');
}

/** For places without files and without the embedded Keystone. `why` ends the message: `for a function on AWS`. */
export function readIdentityWithoutFiles(env: Environment, why: string) {
  const identity = readIdentitySettings(env, (path) => path);
  if (identity === null) throw wrong('SCORIA_IDENTITY', `must be keystone or oidc ${why}`);
  if (identity.kind === 'keystone') {
    const { jwsKeys, ...rest } = identity;
    if (jwsKeys !== null) throw wrong('SCORIA_KEYSTONE_JWS_KEYS', `names a file, and there is none ${why}`);
    return rest;
  }
  const { mapping, ...rest } = identity;
  if (mapping !== null) throw wrong('SCORIA_OIDC_MAPPING', `names a file, and there is none ${why}`);
  return rest;
}

/** Where clients without a token are sent. */
export const identityUrlOf = (
  identity: { readonly kind: 'keystone'; readonly url: string } | { readonly kind: 'oidc'; readonly issuer: string },
) => (identity.kind === 'oidc' ? identity.issuer : identity.url);

function readKeystone(env: Environment, path: (text: string) => string): IdentitySettings {
  const why = 'when SCORIA_IDENTITY is keystone';
  const where = url('SCORIA_KEYSTONE_URL', needed(env, 'SCORIA_KEYSTONE_URL', why));
  const domains = (env.SCORIA_KEYSTONE_DOMAINS || 'Default').split(',').map((one) => one.trim());
  const [userDomain = '', projectDomain = userDomain] = domains;
  if (domains.length > 2 || userDomain === '' || projectDomain === '') {
    throw wrong('SCORIA_KEYSTONE_DOMAINS', 'must be one name, or two with a comma between');
  }
  return {
    kind: 'keystone',
    url: where.href.replace(/(?<!\/)\/+$/, '').replace(/\/v3$/, ''),
    user: {
      name: env.SCORIA_KEYSTONE_USER || 'cinder',
      password: needed(env, 'SCORIA_KEYSTONE_PASSWORD', why),
      project: env.SCORIA_KEYSTONE_PROJECT || 'service',
      userDomain,
      projectDomain,
    },
    jwsKeys: env.SCORIA_KEYSTONE_JWS_KEYS ? path(env.SCORIA_KEYSTONE_JWS_KEYS) : null,
  };
}

function readOidc(env: Environment, path: (text: string) => string): IdentitySettings {
  const why = 'when SCORIA_IDENTITY is oidc';
  const issuer = needed(env, 'SCORIA_OIDC_ISSUER', why);
  safe('SCORIA_OIDC_ISSUER', issuer);
  const jwksUrl = env.SCORIA_OIDC_JWKS || null;
  if (jwksUrl !== null) safe('SCORIA_OIDC_JWKS', jwksUrl);
  return {
    kind: 'oidc',
    issuer,
    audience: needed(env, 'SCORIA_OIDC_AUDIENCE', why),
    jwksUrl,
    mapping: env.SCORIA_OIDC_MAPPING ? path(env.SCORIA_OIDC_MAPPING) : null,
  };
}

/** Whoever can change the keys in transit can forge tokens: http is allowed only where nobody can be in between. */
function safe(name: string, text: string): void {
  const { protocol, hostname } = url(name, text);
  if (protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) return;
  throw wrong(name, 'must begin with https:// (http:// only on this machine)');
}
