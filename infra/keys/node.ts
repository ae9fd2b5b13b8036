// Chooses where keys are kept on Node.
import type { Clock } from '../clock/port.ts';
import type { Http } from '../http/port.ts';
import type { Secrets } from '../secrets/port.ts';
import { barbican } from './barbican.ts';
import { embeddedKeys } from './embedded.ts';
import { type KmsOptions, kmsKeys } from './kms.ts';
import type { Keys } from './port.ts';

export interface NodeKeysOptions {
  readonly keys: { readonly kind: 'embedded' } | { readonly kind: 'barbican'; readonly url: string } | NodeKms;
}

type NodeKms = { readonly kind: 'kms' } & KmsOptions;

interface Needs {
  readonly secrets: Secrets;
  readonly clock: Clock;
}

interface Https {
  readonly http: Http;
  /** For requests with the token of a user. */
  readonly asUsers: Http;
}

/** What was sealed under another choice opens after it as well. */
export function nodeKeys({ keys }: NodeKeysOptions, { http, asUsers }: Https, { secrets, clock }: Needs): Keys {
  const embedded = embeddedKeys(secrets);
  if (keys.kind === 'kms') return kmsKeys(keys, { http, clock, before: embedded });
  if (keys.kind === 'barbican') return { ...embedded, manager: barbican({ url: keys.url, http: asUsers }) };
  return embedded;
}
