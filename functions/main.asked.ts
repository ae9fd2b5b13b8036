// Composition root of the clients of other services on AWS: identity, images, compute, keys. A function loads only
// the adapters that its settings name, because a cold start takes as long as what it reads.
import type { Clock } from '../infra/clock/port.ts';
import type { Http } from '../infra/http/port.ts';
import { loadIdentity } from '../infra/identity/loaded.ts';
import { serviceOf, serviceSessions } from '../infra/identity/sessions.ts';
import { vouched } from '../infra/identity/vouched.ts';
import { loadKeys } from '../infra/keys/loaded.ts';
import type { Log } from '../infra/log/port.ts';
import type { Secrets } from '../infra/secrets/port.ts';
import type { AwsSettings } from '../infra/settings/aws.ts';
import { loadedWebhooks } from '../infra/webhooks/loaded.ts';

interface Needs {
  readonly clock: Clock;
  readonly log: Log;
  readonly http: Http;
  readonly secrets: Secrets;
}

type Options = Pick<AwsSettings, 'identity' | 'imageUrl' | 'keys' | 'compute' | 'webhooks'>;

export async function awsServices({ identity, imageUrl: url, compute, ...of }: Options, needs: Needs) {
  const session = serviceSessions(needs);
  const service = serviceOf(identity, session);
  const asUsers = service === null ? needs.http : vouched(needs.http, service);
  const glance = url === null ? null : await import('../infra/images/glance.ts');
  const nova = compute === null ? null : await import('../infra/compute/node.ts');
  return {
    identity: await loadIdentity(identity, needs),
    keys: await loadKeys(of, { http: needs.http, asUsers }, needs),
    ...(glance === null || url === null ? {} : { images: glance.glanceImages({ url, http: asUsers }) }),
    ...nova?.nodeCompute({ compute }, needs.http, session),
    webhooks: loadedWebhooks({ ...of.webhooks, agent: 'scoria' }),
  };
}
