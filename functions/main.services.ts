// Composition root of the clients of other services on Node: images, compute, keys.
import { join } from 'node:path';
import { nodeCompute } from '../infra/compute/node.ts';
import { qemuImgConverter } from '../infra/converter/qemu-img.ts';
import { agentOf } from '../infra/http/agent.ts';
import type { Http } from '../infra/http/port.ts';
import { version } from '../infra/http/version.ts';
import { serviceOf, serviceSessions } from '../infra/identity/node.ts';
import type { Keystone } from '../infra/identity/port.ts';
import { vouched } from '../infra/identity/vouched.ts';
import { nodeImages } from '../infra/images/node.ts';
import { nodeKeys } from '../infra/keys/node.ts';
import { luks1 } from '../infra/luks/luks1.ts';
import type { WebhookSettings } from '../infra/settings/webhooks.ts';
import { nodeWebhooks } from '../infra/webhooks/node.ts';
import type { Ports } from './http/ports.ts';
import { type OwnUser, ownSession } from './identity/own-session.ts';
import type { NodeOptions } from './main.node.ts';

export type NodeWebhookOptions = { readonly webhooks: WebhookSettings };

interface Needs extends Pick<Ports, 'database' | 'clock' | 'log' | 'secrets'> {
  readonly http: Http;
  /** The embedded Keystone; absent when another one is used. */
  readonly keystone?: Keystone | undefined;
}

/** Called with our own token, or with a user's token and ours besides. */
export function nodeServices(options: NodeOptions, { http, keystone, ...common }: Needs) {
  const own = keystone && ((user: OwnUser) => ownSession({ ...common, keystone }, user));
  const session = serviceSessions({ ...common, http }, own);
  const service = serviceOf(options.external, session);
  const asUsers = service === null ? http : vouched(http, service);
  const keys = nodeKeys(options, { http, asUsers }, common);
  const converter = qemuImgConverter(join(options.folder, 'conversions'));
  const images = nodeImages(options, { http: asUsers, converter, luks: luks1() });
  const webhooks = nodeWebhooks({ ...options.webhooks, agent: agentOf(version()) });
  return { ...images, ...nodeCompute(options, http, session), keys, webhooks };
}
