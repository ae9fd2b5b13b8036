// Composition root of what asks other services on AWS: who checks tokens, the images, the servers, the keys.
import type { Clock } from '../infra/clock/port.ts';
import { nodeCompute } from '../infra/compute/node.ts';
import type { Http } from '../infra/http/port.ts';
import { externalIdentity, serviceOf, serviceSessions } from '../infra/identity/external.ts';
import { vouched } from '../infra/identity/vouched.ts';
import { glanceImages } from '../infra/images/glance.ts';
import { nodeKeys } from '../infra/keys/node.ts';
import type { Log } from '../infra/log/port.ts';
import type { Secrets } from '../infra/secrets/port.ts';
import type { AwsSettings } from '../infra/settings/aws.ts';
import { nodeWebhooks } from '../infra/webhooks/node.ts';

interface Needs {
  readonly clock: Clock;
  readonly log: Log;
  readonly http: Http;
  readonly secrets: Secrets;
}

type Options = Pick<AwsSettings, 'identity' | 'imageUrl' | 'keys' | 'compute' | 'webhooks'>;

export function awsServices({ identity, imageUrl, ...of }: Options, needs: Needs) {
  const session = serviceSessions(needs);
  const service = serviceOf(identity, session);
  const asUsers = service === null ? needs.http : vouched(needs.http, service);
  const images = imageUrl === null ? {} : { images: glanceImages({ url: imageUrl, http: asUsers }) };
  const keys = nodeKeys(of, { http: needs.http, asUsers }, needs);
  const webhooks = nodeWebhooks({ ...of.webhooks, agent: 'scoria' });
  const asked = { ...images, ...nodeCompute(of, needs.http, session), webhooks };
  return { identity: externalIdentity(identity, needs), keys, ...asked };
}
