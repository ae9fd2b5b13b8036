// Composition root of the API on Cloudflare Workers. It refuses what it can; the region is reached over HTTPS only.
import { unavailable, withRegion } from '../infra/edge/region.ts';
import { fromClient } from '../infra/edge/request.ts';
import { readEdgeSettings } from '../infra/settings/edge.ts';
import type { Environment } from '../infra/settings/environment.ts';
import { createApp } from './app.ts';
import { blockStorage } from './block-storage.ts';
import { embeddedKeyManager } from './key-manager/service.ts';
import { edgePorts } from './main.edge.ts';
import { defaultSettings } from './settings.ts';

type Serve = (request: Request) => Promise<Response>;
/** One for all requests of an isolate, so that tokens are remembered and limits counted. */
let edge: Promise<Serve> | undefined;

async function open(variables: Environment): Promise<Serve> {
  const settings = readEdgeSettings(variables);
  const { identityUrl, publicUrl, regionUrl } = settings;
  const ports = await edgePorts(settings);
  const app = createApp([blockStorage, embeddedKeyManager], ports, {
    ...defaultSettings,
    ...{ publicUrl, identityUrl },
    limits: { ...defaultSettings.limits, ...settings.rates },
    proxies: 1,
  });
  return withRegion(regionUrl, ports.log, async (request) => app.fetch(request));
}

export default {
  async fetch(request: Request, variables: Environment): Promise<Response> {
    try {
      edge ??= open(variables);
      return await (await edge)(fromClient(request));
    } catch (error) {
      edge = undefined;
      console.error(JSON.stringify({ level: 'error', event: 'not-set-up', reason: String(error) }));
      return unavailable('The service is not set up.');
    }
  },
};
