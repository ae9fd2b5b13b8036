// Webhooks from Node, whose code is loaded by the first that is sent or asked about: for functions, which read their files
// at every cold start.
import type { NodeWebhooksOptions } from './node.ts';
import type { Webhooks } from './port.ts';

export function loadedWebhooks(options: NodeWebhooksOptions): Webhooks {
  let loading: Promise<Webhooks> | undefined;
  const load = () => {
    loading ??= import('./node.ts').then(({ nodeWebhooks }) => nodeWebhooks(options));
    return loading;
  };
  return {
    refusal: async (url) => (await load()).refusal(url),
    send: async (webhook, signal) => (await load()).send(webhook, signal),
  };
}
