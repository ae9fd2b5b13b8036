// An identity that is not ours, whose code is loaded when it is the one: for functions, which read their files at every
// cold start.
import type { Clock } from '../clock/port.ts';
import type { Http } from '../http/port.ts';
import type { Log } from '../log/port.ts';
import type { ExternalIdentity } from './external.ts';
import type { Identity } from './port.ts';
import { nodeHash } from './sessions.ts';

interface Needs {
  readonly clock: Clock;
  readonly log: Log;
  readonly http: Http;
}

export async function loadIdentity(external: ExternalIdentity, needs: Needs): Promise<Identity> {
  if (external.kind === 'keystone') {
    const { keystoneIdentity } = await import('./keystone.ts');
    return keystoneIdentity({ ...external, ...needs, hash: nodeHash });
  }
  const { oidcIdentity } = await import('./oidc.ts');
  return oidcIdentity({ ...external, ...needs });
}
