import { secretPurpose } from '../../../schema/subscriptions.ts';
import type { Call } from '../../http/operation.ts';

const secretBytes = 32;

/** A new secret of a subscription, as Standard Webhooks writes it, and the same sealed. */
export async function newSecret({ ports }: Pick<Call, 'ports'>, id: string) {
  const base64 = ports.ids.secret(secretBytes).replaceAll('-', '+').replaceAll('_', '/');
  const secret = `whsec_${base64.padEnd(Math.ceil(base64.length / 4) * 4, '=')}`;
  return { secret, sealed: await ports.secrets.seal(secret, secretPurpose(id)) };
}
