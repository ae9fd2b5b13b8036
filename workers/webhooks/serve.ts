// Serves one subscription: delivers what was chosen for it, and records the outcomes.
import { timestamp } from '../../infra/clock/port.ts';
import type { Webhooks } from '../../infra/webhooks/port.ts';
import type { WorkerPorts } from '../ports.ts';
import type { DeliveryRecord, SettledLane } from '../store/webhooks/settle.ts';
import { attempt } from './attempt.ts';
import type { Chosen, Item } from './choose.ts';
import { type Delivered, deliver } from './deliver.ts';
import { hold, type Lane, letGo } from './lane.ts';
import type { Lanes } from './lanes.ts';
import { mostFailures } from './retries.ts';
import type { Settle } from './settler.ts';

export interface Serving extends Pick<WorkerPorts, 'clock' | 'ids' | 'log'> {
  readonly webhooks: Webhooks;
  readonly lanes: Lanes;
  readonly settle: Settle;
  /** Does the work when its turn comes, among that of all subscriptions. */
  turn<T>(work: () => Promise<T>): Promise<T>;
  isStopping(): boolean;
}

export async function serve(serving: Serving, lane: Lane, chosen: Chosen): Promise<void> {
  const { lanes, settle, turn } = serving;
  const mayGoOn = () => lanes.isMine() && !serving.isStopping();
  const attemptOne = (item: Item) => turn(async () => (mayGoOn() ? attempt(serving, lane, item) : null));
  const wasTrying = lane.failures >= mostFailures;
  const delivered = await deliver({ ids: serving.ids, attempt: attemptOne }, lane, chosen);
  if (!(await settle(settledOf(serving, lane, delivered), delivered.records))) return lanes.drop(lane);
  apply(lane, delivered);
  if (wasTrying && delivered.failures === 0) allDue(lane);
  if (delivered.state === 'enabled') return;
  serving.log.warn(`subscription-${delivered.state}`, { id: lane.id, reason: delivered.reason });
  lanes.drop(lane);
}

function settledOf({ clock, ids }: Serving, lane: Lane, delivered: Delivered): SettledLane {
  const { position, failures, retryAt, state, reason } = delivered;
  const at = retryAt > clock.now() ? timestamp({ now: () => retryAt }) : null;
  return {
    ...{ id: lane.id, fence: lane.fence },
    ...{ transaction: position.transaction, sequence: position.sequence },
    ...{ failures, retry_at: at, state, reason },
    message_id: state === 'enabled' ? null : ids.uuid(),
  };
}

/** The lane in memory becomes what was written. */
function apply(lane: Lane, { records, position, failures, retryAt }: Delivered): void {
  for (const one of records) {
    const waiting = waitingOf(one);
    if (one.status === 'waiting') hold(lane.held, waiting);
    else letGo(lane.held, waiting);
  }
  lane.position = position;
  lane.scanned = position;
  lane.failures = failures;
  lane.retryAt = retryAt;
}

const time = (text: string | null) => (text === null ? null : Date.parse(text));

const waitingOf = (record: DeliveryRecord) => ({
  ...{ id: record.id, kind: record.kind, transaction: record.transaction, sequence: record.sequence },
  ...{ eventType: record.event_type, resourceId: record.resource_id, attempts: record.attempts },
  ...{ firstAt: time(record.first_attempt_at), nextAt: time(record.next_attempt_at) },
});

/** A receiver that works again gets at once what it has missed. */
function allDue({ held }: Lane): void {
  for (const [resource, [first, ...others]] of held) {
    if (first !== undefined) held.set(resource, [{ ...first, nextAt: 0 }, ...others]);
  }
}
