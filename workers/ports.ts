// The outside world as workers know it.
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
  /** Opens what the API has sealed. */
  readonly secrets: Secrets;
  /** Tells requests that wait for an outcome; absent where nobody of this process waits. */
  readonly notices?: Notices;
  /** Another back end of this worker (`host@backend`), for copies between two. */
  peer?(name: string): Backend | undefined;
  /** Where backups are kept. A worker without it makes none. */
  readonly objects?: Objects;
  /** The image service. A worker without it copies none. */
  readonly images?: Images;
  /** What turns images of other formats into bytes and back; without it there is raw. */
  readonly converter?: Converter;
  /** The service whose servers use the volumes; without it they are told nothing. */
  readonly compute?: Compute;
  /** The keys of encrypted volumes, and what images are written to them with; without them none are. */
  readonly keys?: Keys;
  readonly luks?: Luks;
  /** How much of each back end may be a cache of images; absent: nothing. */
  readonly imageCache?: CacheLimits;
  /** What sends events to subscriptions; a worker without it sends none. */
  readonly webhooks?: Webhooks;
  /** How the scheduler decides; absent: defaultScheduling. */
  readonly scheduling?: Scheduling;
}
