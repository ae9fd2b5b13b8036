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
import { defaultLimits, type LimitSettings } from './limits.ts';

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

/** What an operator may set for the API. */
export interface ApiSettings {
  /** The URL that clients use, when it is not the one of the request (behind a proxy); null: the request's own. */
  readonly publicUrl: string | null;
  /** Where clients get tokens; named in the 401 challenge. */
  readonly identityUrl: string;
  /** The most items of one page (osapi_max_limit). */
  readonly maxLimit: number;
  /** The largest request body in bytes. */
  readonly maxBodyBytes: number;
  /** The zone of volumes that name none; null: any zone. */
  readonly defaultAvailabilityZone: string | null;
  /** The type of volumes that name none. */
  readonly defaultVolumeType: string | null;
  /** The least minutes between two runs of a snapshot schedule. */
  readonly scheduleMinutes: number;
  /** How long a request waits for a back end to connect or disconnect a volume. */
  readonly connectSeconds: number;
  /** Where the image service is, for the catalog of the embedded Keystone; null: ours, which has no images. */
  readonly imageUrl: string | null;
  /** Where a Barbican is, for that catalog; null: our own keys, to be read under /key-manager. */
  readonly keyManagerUrl: string | null;
  /** The region that the catalog of the embedded Keystone names. */
  readonly region: string;
  readonly limits: LimitSettings;
  /**
   * How many proxies of ours stand in front: what they wrote is that many from the right of X-Forwarded-For, -Host,
   * -Proto.
   */
  readonly proxies: number;
  /** Origins whose pages may call the API from a browser; `*` for every one. None: CORS is off. */
  readonly corsOrigins: readonly string[];
  /** Whether answers may go on: a function answers once. */
  readonly streams: boolean;
}

export const defaultSettings: ApiSettings = {
  publicUrl: null,
  identityUrl: 'http://127.0.0.1:8776/identity',
  maxLimit: 1000,
  maxBodyBytes: 114_688,
  defaultAvailabilityZone: null,
  defaultVolumeType: '__DEFAULT__',
  scheduleMinutes: 15,
  connectSeconds: 20,
  imageUrl: null,
  keyManagerUrl: null,
  region: 'RegionOne',
  limits: defaultLimits,
  proxies: 0,
  corsOrigins: [],
  streams: true,
};
