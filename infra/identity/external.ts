// Identities that are not ours: another Keystone, or an OpenID issuer.
import type { Clock } from '../clock/port.ts';
import type { Http } from '../http/port.ts';
import type { Log } from '../log/port.ts';
import { type KeystoneOptions, keystoneIdentity } from './keystone.ts';
import { type OidcOptions, oidcIdentity } from './oidc.ts';
import { nodeHash } from './sessions.ts';

/** An identity that is not ours. */
export type ExternalIdentity =
  | ({ readonly kind: 'keystone' } & Pick<KeystoneOptions, 'url' | 'user' | 'jwsKeys'>)
  | ({ readonly kind: 'oidc' } & Pick<OidcOptions, 'issuer' | 'audience' | 'jwksUrl' | 'mapping'>);

interface Needs {
  readonly clock: Clock;
  readonly log: Log;
  readonly http: Http;
}

export function externalIdentity(external: ExternalIdentity, needs: Needs) {
  return external.kind === 'keystone'
    ? keystoneIdentity({ ...external, ...needs, hash: nodeHash })
    : oidcIdentity({ ...external, ...needs });
}
