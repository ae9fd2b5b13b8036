// Composition root of the API on AWS Lambda, behind API Gateway.
import { apiGateway } from '../infra/lambda/api-gateway.ts';
import { readAwsSettings } from '../infra/settings/aws.ts';
import { readGatewaySettings } from '../infra/settings/gateway.ts';
import { createApp } from './app.ts';
import { automation } from './automation/service.ts';
import { blockStorage } from './block-storage.ts';
import { defaultSettings } from './http/ports.ts';
import { emptyImageService } from './images/service.ts';
import { embeddedKeyManager } from './key-manager/service.ts';
import { awsPorts } from './main.aws.ts';

const { api, ...settings } = readAwsSettings(process.env);
// API Gateway writes who asks into X-Forwarded-For, after whatever was there.
const before = readGatewaySettings({ SCORIA_PROXIES: '1', ...process.env });
const gateway = apiGateway(Date.now);
const ports = awsPorts(settings, gateway.left);
const images = settings.imageUrl === null ? [emptyImageService] : [];
const app = createApp([blockStorage, ...images, embeddedKeyManager, automation], ports, {
  ...defaultSettings,
  ...before,
  ...api,
  streams: false,
});

export const handler = gateway.answer(app);
