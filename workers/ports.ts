// The outside world as workers see it.
import type { Clock } from '../infra/clock/port.ts';
import type { Compute } from '../infra/compute/port.ts';
import type { Converter } from '../infra/converter/port.ts';
import type { Database } from '../infra/database/port.ts';
import type { Digests } from '../infra/digests/port.ts';
import type { Ids } from '../infra/ids/port.ts';
import type { Images } from '../infra/images/port.ts';
import type { Keys } from '../infra/keys/port.ts';
import type { Log } from '../infra/log/port.ts';
import type { Luks } from '../infra/luks/port.ts';
import type { Notices } from '../infra/notices/port.ts';
import type { Objects } from '../infra/objects/port.ts';
import type { Queue } from '../infra/queue/port.ts';
import type { Secrets } from '../infra/secrets/port.ts';
import type { Webhooks } from '../infra/webhooks/port.ts';
import type { Backend } from './driver.ts';
import type { Scheduling } from './scheduler/scheduling.ts';

export interface CacheLimits {
  readonly mostCount: number;
  readonly mostGiB: number;
}

export interface WorkerPorts {
  readonly database: Database;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digests: Digests;
  readonly log: Log;
  /** Decrypts what the API has encrypted. */
  readonly secrets: Secrets;
  /** Wakes requests that wait for an outcome; absent when nothing in this process waits. */
  readonly notices?: Notices;
  /** Another back end of this worker (`host@backend`), for copies between the two. */
  peer?(name: string): Backend | undefined;
  /** Where backups are stored. A worker without it makes no backups. */
  readonly objects?: Objects;
  /** The image service. A worker without it copies no images. */
  readonly images?: Images;
  /** Converts images of other formats to bytes and back; without it only raw images work. */
  readonly converter?: Converter;
  /** The service whose servers use the volumes; without it servers are not told anything. */
  readonly compute?: Compute;
  /**
   * The keys of encrypted volumes, and LUKS to write images to them; without these, images are not written to
   * encrypted volumes.
   */
  readonly keys?: Keys;
  readonly luks?: Luks;
  /** How much of each back end may be used as an image cache; absent: none. */
  readonly imageCache?: CacheLimits;
  /** Sends events to subscriptions; a worker without it sends none. */
  readonly webhooks?: Webhooks;
  /** How the scheduler decides; absent: defaultScheduling. */
  readonly scheduling?: Scheduling;
}
