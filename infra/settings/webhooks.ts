// Settings of webhooks: which URLs are allowed, and how many requests at once.
import { type Range, readRange } from '../webhooks/addresses.ts';
import { type Environment, number, wrong } from './environment.ts';

export interface WebhookSettings {
  /** Internal addresses that webhooks may be sent to, also over http and to any port. */
  readonly allowed: readonly Range[];
  /** The most requests to receivers at once. */
  readonly atOnce: number;
  /** The most requests to start per second. */
  readonly perSecond: number;
}

export const webhookVariables: readonly (readonly [string, string])[] = [
  [
    'SCORIA_WEBHOOK_ALLOW',
    'addresses that are not public and that webhooks may be sent to all the same, over http and to every port too, as CIDR with commas between (none)',
  ],
  ['SCORIA_WEBHOOK_WORKERS', 'webhooks under way at once (32; 16 with the embedded database)'],
  [
    'SCORIA_WEBHOOK_RATE',
    'most webhooks a second of a process: what is left of the processor is for requests (1000; 100 with the embedded database)',
  ],
];

export const readWebhookSettings = (env: Environment, isEmbedded: boolean): WebhookSettings => ({
  allowed: (env.SCORIA_WEBHOOK_ALLOW ?? '')
    .split(',')
    .filter((one) => one.trim() !== '')
    .map((one) => readRange(one) ?? notRange(one)),
  atOnce: number(env, 'SCORIA_WEBHOOK_WORKERS', isEmbedded ? 16 : 32, 1, 1_000),
  perSecond: number(env, 'SCORIA_WEBHOOK_RATE', isEmbedded ? 100 : 1_000, 1, 100_000),
});

function notRange(text: string): never {
  throw wrong(
    'SCORIA_WEBHOOK_ALLOW',
    `must be CIDR ranges as 10.0.0.0/8 with commas between, not ${JSON.stringify(text)}`,
  );
}
