// Composition root of the API on Cloudflare Workers. It refuses what it can; the region is reached over HTTPS only.
import { fromClient } from '../infra/edge/request.ts';
import { readEdgeSettings } from '../infra/settings/edge.ts';
import type { Environment } from '../infra/settings/environment.ts';
import { createApp } from './app.ts';
import { blockStorage } from './block-storage.ts';
import { embeddedKeyManager } from './key-manager/service.ts';
import { edgePorts } from './main.edge.ts';
import { defaultSettings } from './settings.ts';

type App = ReturnType<typeof createApp>;
/** One for all requests of an isolate, so that tokens are remembered and limits counted. */
let app: Promise<App> | undefined;

async function open(variables: Environment): Promise<App> {
  const settings = readEdgeSettings(variables);
  const { identityUrl, publicUrl } = settings;
  return createApp([blockStorage, embeddedKeyManager], await edgePorts(settings), {
    ...defaultSettings,
    ...{ publicUrl, identityUrl },
    limits: { ...defaultSettings.limits, ...settings.rates },
    proxies: 1,
  });
}

export default {
  async fetch(request: Request, variables: Environment): Promise<Response> {
    try {
      app ??= open(variables);
      return await (await app).fetch(fromClient(request));
    } catch (error) {
      app = undefined;
      console.error(JSON.stringify({ level: 'error', event: 'not-set-up', reason: String(error) }));
      return Response.json(
        { serviceUnavailable: { code: 503, message: 'The service is not set up.' } },
        { status: 503 },
      );
    }
  },
};
