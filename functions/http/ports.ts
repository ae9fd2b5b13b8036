// The outside world as handlers see it. The composition roots fill it in.
import type { Clock } from '../../infra/clock/port.ts';
import type { Compute } from '../../infra/compute/port.ts';
import type { Counters } from '../../infra/counters/port.ts';
import type { Database } from '../../infra/database/port.ts';
import type { Digests } from '../../infra/digests/port.ts';
import type { Identity, Keystone } from '../../infra/identity/port.ts';
import type { Ids } from '../../infra/ids/port.ts';
import type { Images } from '../../infra/images/port.ts';
import type { Keys } from '../../infra/keys/port.ts';
import type { Log } from '../../infra/log/port.ts';
import type { Notices } from '../../infra/notices/port.ts';
import type { Sender } from '../../infra/queue/port.ts';
import type { Secrets } from '../../infra/secrets/port.ts';
import type { WebhookTargets } from '../../infra/webhooks/port.ts';

export interface Ports {
  readonly database: Database;
  readonly queue: Sender;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digests: Digests;
  readonly log: Log;
  readonly identity: Identity;
  /** Encrypts what is stored and must not be readable there. */
  readonly secrets: Secrets;
  /** Creates and opens the keys of encrypted volumes. */
  readonly keys: Keys;
  /** Tells a waiting request that its work has ended. */
  readonly notices: Notices;
  /** The embedded Keystone; absent when another one is used, and then nothing is served under /identity. */
  readonly keystone?: Keystone;
  /** The image service, called with the user's token; absent when there is none. */
  readonly images?: Images;
  /** The service whose servers use volumes, called with our own token; absent when there is none. */
  readonly compute?: Compute;
  /** Which URLs events may be sent to; absent when subscriptions are not offered. */
  readonly webhooks?: WebhookTargets;
  /** Counts requests for the rate limits; absent when nothing is limited. */
  readonly counters?: Counters;
}
