// Composition root of the API on AWS Lambda, behind API Gateway.
import { apiGateway } from '../infra/lambda/api-gateway.ts';
import { readAwsSettings } from '../infra/settings/aws.ts';
import { readGatewaySettings } from '../infra/settings/gateway.ts';
import { createApp } from './app.ts';
import { blockStorage } from './block-storage.ts';
import { emptyImageService } from './images/service.ts';
import { embeddedKeyManager } from './key-manager/service.ts';
import { awsPorts } from './main.aws.ts';
import { defaultSettings } from './settings.ts';

const { api, ...settings } = readAwsSettings(process.env);
// API Gateway appends the client's address to X-Forwarded-For.
const before = readGatewaySettings({ SCORIA_PROXIES: '1', ...process.env });
const gateway = apiGateway(Date.now);
const ports = await awsPorts(settings, gateway.left);
const images = settings.imageUrl === null ? [emptyImageService] : [];
const of = { ...defaultSettings, ...before, ...api, streams: false };
const app = createApp([blockStorage, ...images, embeddedKeyManager], ports, of);

/** Few customers use it, so the others do not pay for it in their cold starts. */
let own: Promise<typeof app> | undefined;
async function ownApp() {
  const { automation } = await import('./automation/service.ts');
  return createApp([automation], ports, of);
}

export const handler = gateway.answer({
  async fetch(request) {
    if (!/^https?:\/\/[^/]+\/scoria(\/|$)/.test(request.url)) return app.fetch(request);
    own ??= ownApp();
    return (await own).fetch(request);
  },
});
