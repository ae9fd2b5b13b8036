// Subscriptions as rows, for tests of what delivers; and a receiver that verifies what it gets.
import { Webhook } from 'standardwebhooks';
import { type Database, sql } from '../../infra/database/port.ts';
import { memoryWebhooks } from '../../infra/webhooks/memory.ts';
import type { WebhookAnswer } from '../../infra/webhooks/port.ts';
import { secretPurpose } from '../../schema/subscriptions.ts';
import { canaryIds } from './canaries.ts';
import { projects } from './people.ts';
import { instantSecrets } from './secrets.ts';

const insert = sql(
  'test.subscriptions.insert',
  `INSERT INTO subscriptions (id, project_id, user_id, all_projects, url, types, secret, transaction, sequence, created_at)
VALUES (:id::uuid, :project::text, 'u', :all::boolean, :url::text, :types::jsonb, :secret::text, 0, 0, now())`,
);

export interface Made {
  readonly id: string;
  readonly secret: string;
}

interface Fields {
  readonly url?: string;
  readonly project?: string;
  readonly all?: boolean;
  readonly types?: readonly string[];
}

const ids = canaryIds();

/** A secret of a subscription. It bears the mark of secrets. */
export const newSecret = () => `whsec_${ids.secret(32).replaceAll('-', '+').replaceAll('_', '/')}=`;

/** A subscription that begins with the first event of the log, for startDispatching(). */
export async function makeSubscription(database: Database, fields: Fields = {}): Promise<Made> {
  const { url = 'https://receiver.example/', project = projects.own as string, all = false, types = ['*'] } = fields;
  const [id, secret] = [ids.uuid(), newSecret()];
  const sealed = await instantSecrets.seal(secret, secretPurpose(id));
  await database.all(insert, { id, project, all, url, types: JSON.stringify(types), secret: sealed });
  return { id, secret };
}

export interface Seen {
  readonly url: string;
  readonly id: string;
  readonly type: string;
  readonly resource: string;
  readonly sequence: string;
}

const taken: WebhookAnswer = { status: 204, retryAfter: null, text: '' };

/**
 * Receivers by their URLs. Every delivery is verified with the secret of its URL; `answer` says what becomes of it,
 * and what was answered with 2xx is in `seen`.
 */
export function receivers(
  secretOf: (url: string) => string | undefined,
  answer: (seen: Seen, signal: AbortSignal) => Promise<WebhookAnswer> = async () => taken,
) {
  const seen: Seen[] = [];
  const webhooks = memoryWebhooks(async ({ url, headers, body }, { timestamp }, signal) => {
    verifyAt(timestamp, secretOf(url) ?? '', body, headers);
    const event = JSON.parse(body);
    const one = { url, id: event.id, type: event.type, resource: event.partitionkey, sequence: event.sequence };
    const told = await answer(one, signal);
    if (told.status < 300) seen.push(one);
    return told;
  });
  return { seen, webhooks };
}

/** The library compares with the machine's clock, a simulation has its own: so it is signed again, for now. */
function verifyAt(timestamp: number, secret: string, body: string, headers: Readonly<Record<string, string>>): void {
  const verifier = new Webhook(secret);
  const id = headers['webhook-id'] ?? '';
  const [signature = ''] = (headers['webhook-signature'] ?? '').split(' ');
  if (verifier.sign(id, new Date(timestamp * 1000), body) !== signature) throw new Error(`${id} is signed wrongly`);
  const now = new Date();
  const fresh = { ...headers, 'webhook-timestamp': String(Math.floor(now.getTime() / 1000)) };
  verifier.verify(body, { ...fresh, 'webhook-signature': verifier.sign(id, now, body) });
}
