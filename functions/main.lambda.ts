// Composition root of the API on AWS Lambda, behind API Gateway.
import { apiGateway } from '../infra/lambda/api-gateway.ts';
import { readAwsSettings } from '../infra/settings/aws.ts';
import { readGatewaySettings } from '../infra/settings/gateway.ts';
import { createApp } from './app.ts';
import { blockStorage } from './block-storage.ts';
import { awsPorts } from './main.aws.ts';
import { defaultSettings } from './settings.ts';

const { api, ...settings } = readAwsSettings(process.env);
// API Gateway appends the client's address to X-Forwarded-For.
const before = readGatewaySettings({ SCORIA_PROXIES: '1', ...process.env });
const gateway = apiGateway(Date.now);
const ports = await awsPorts(settings, gateway.left);
const of = { ...defaultSettings, ...before, ...api, streams: false };
const app = createApp([blockStorage], ports, of);

/** Few clients ask for these, so the others do not pay for them in their cold starts. */
let beside: Promise<typeof app> | undefined;
async function appBeside() {
  const { automation, embeddedKeyManager, emptyImageService } = await import('./services-beside.ts');
  const images = settings.imageUrl === null ? [emptyImageService] : [];
  return createApp([automation, embeddedKeyManager, ...images], ports, of);
}
const isBeside = settings.imageUrl === null ? /^\/(scoria|key-manager|image)(\/|$)/ : /^\/(scoria|key-manager)(\/|$)/;

export const handler = gateway.answer({
  async fetch(request) {
    if (!isBeside.test(new URL(request.url).pathname)) return app.fetch(request);
    beside ??= appBeside();
    return (await beside).fetch(request);
  },
});
