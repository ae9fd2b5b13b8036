// The volume worker: message -> claim -> task -> settle -> acknowledge.
import { timestamp } from '../infra/clock/port.ts';
import type { Delivery, Nudge } from '../infra/queue/port.ts';
import { backendQueue, type Lane } from '../schema/operations.ts';
import { cancelled } from './cancelled.ts';
import { type Consumer, consume, type Handled } from './consumer.ts';
import { type Backend, type DriverCall, DriverError } from './driver.ts';
import { finish, sendQueued } from './finish.ts';
import { nudge } from './nudge.ts';
import { type Failed, outcomeOf, type Unknown } from './outcome.ts';
import type { WorkerPorts } from './ports.ts';
import { placeElsewhere, type Refused, refusalOf } from './refused.ts';
import { awaitHost } from './store/await-host.ts';
import { awaitServer } from './store/await-server.ts';
import { type Claimed, leaseSeconds, messageOf } from './store/claim.ts';
import { heartbeat } from './store/heartbeat.ts';
import { handOver } from './store/move.ts';
import { type ClaimedWork, claimWork, needsOf } from './work/statements.ts';
import type { Result } from './work/work.ts';

/** A message stays hidden as long as the lease of its operation lasts. */
const visibilitySeconds = leaseSeconds;
const heartbeatSeconds = leaseSeconds / 3;

/** A back end as its consumers see it. */
export interface Consumed {
  /** host@backend */
  readonly name: string;
  readonly backend: Backend;
}

/** Consumes the queue of one lane of a back end, with that many workers. */
export function consumeBackend(ports: WorkerPorts, { name, backend }: Consumed, lane: Lane, workers: number): Consumer {
  const queue = backendQueue(name, lane);
  return consume(ports, queue, { workers, visibilitySeconds }, (delivery) => handle(ports, queue, backend, delivery));
}

/**
 * Handles one message. Returning acknowledges it, so it returns only after the outcome is in the database. Work that
 * has not ended by `until` (milliseconds since 1970), when this process must stop, is given back for another try.
 */
export async function handle(
  ports: WorkerPorts,
  queue: string,
  backend: Backend,
  delivery: Delivered,
  until = Number.POSITIVE_INFINITY,
): Promise<Handled> {
  const found = await claimWork(ports.database, delivery.message, timestamp(ports.clock));
  if (found === null) return 'nothing';
  if (found === 'busy') return 'handled';
  const outcome = cancelled(found.claimed) ?? (await run(ports, found, backend, { queue, ...delivery }, until));
  await writeResult(ports, found.claimed, outcome);
  return 'handled';
}

/** Writes the result: the end of the operation, or who continues it. */
async function writeResult(
  ports: WorkerPorts,
  claimed: Claimed,
  outcome: Result | Failed | Unknown | Refused,
): Promise<void> {
  if (outcome.outcome === 'moved') return handOn(ports, claimed, outcome.location);
  if (outcome.outcome === 'waits-for-server') return leaveToServer(ports, claimed, outcome.server, outcome.location);
  if (outcome.outcome === 'waits-for-host') return leaveToHost(ports, claimed);
  if (outcome.outcome === 'refused') return placeElsewhere(ports, claimed, outcome);
  return finish(ports, claimed, outcome);
}

/** The host that has the volume continues, and is told so. */
async function leaveToHost(ports: WorkerPorts, { id, attempt }: Claimed): Promise<void> {
  const waiting = { id, attempt, now: timestamp(ports.clock), tells_servers: ports.compute !== undefined };
  await sendQueued(ports, await awaitHost(ports.database, waiting));
}

/** The other half exists now, and the server is asked to go over to it. */
async function leaveToServer(ports: WorkerPorts, { id, attempt }: Claimed, server: string, location: string | null) {
  const waiting = { id, attempt, server, location, now: timestamp(ports.clock) };
  await sendQueued(ports, await awaitServer(ports.database, waiting));
}

/** The volume has a new host; its old back end does the rest of the same operation. */
async function handOn(ports: WorkerPorts, claimed: Claimed, location: string | null): Promise<void> {
  const { id, attempt } = claimed;
  const queue = await handOver(ports.database, { id, attempt, location, now: timestamp(ports.clock) });
  if (queue !== null) await nudge(ports, queue, messageOf(claimed));
}

/** What handle() needs of a delivery. */
type Delivered = Pick<Delivery, 'receipt'> & { readonly message: Nudge };

/** A message that stays hidden from other consumers while its work runs. */
type Hidden = Pick<Delivery, 'receipt'> & { readonly queue: string };

/** Why a worker gives up work that could still succeed. */
class Superseded extends Error {
  override readonly message = 'The resource is to be deleted.';
}

/** Reads what the work needs and runs it. A step that the kind does not have is a bug, and surely nothing was done. */
async function doWork(
  ports: WorkerPorts,
  found: ClaimedWork,
  backend: Backend,
  call: DriverCall,
): Promise<Result | Refused> {
  const { work, claimed } = found;
  if (!work.steps.includes(claimed.step)) {
    throw new DriverError('fatal', `Work of the kind ${work.kind} has no step ${claimed.step}.`);
  }
  const given = needsOf(found);
  const context = { backend, ports, call };
  if (work.leave === undefined) return work.run(given, claimed, context);
  try {
    return await work.run(given, claimed, context);
  } catch (error) {
    const refused = refusalOf(error);
    if (refused === null) throw error;
    await work.leave(given, context).catch(() => {
      throw error;
    });
    return refused;
  }
}

/** Runs the work under its deadline, and keeps its lease while it runs. */
async function run(
  ports: WorkerPorts,
  found: ClaimedWork,
  backend: Backend,
  delivery: Hidden,
  until: number,
): Promise<Result | Failed | Unknown | Refused> {
  const { claimed } = found;
  const { detail } = found.work.message;
  const ended = new AbortController();
  const deadline = new AbortController();
  const left = Math.max(0, Math.min(claimed.deadline, until) - ports.clock.now());
  const which = until < claimed.deadline ? 'time of its worker' : 'deadline of the operation';
  const late = ports.clock.sleep(left, ended.signal).then(
    () => {
      const reason = new Error(`The back end did not answer within the ${which}.`);
      deadline.abort(reason);
      throw reason;
    },
    () => new Promise<never>(() => {}),
  );
  keepLease(ports, claimed, delivery, ended.signal, deadline).catch((error: unknown) => {
    ports.log.error('heartbeat-failed', { operation: claimed.id, reason: String(error) });
  });
  try {
    // The driver gets the signal, but one that ignores it is not waited for.
    return await Promise.race([
      doWork(ports, found, backend, { signal: deadline.signal, attempt: claimed.attempt }),
      late,
    ]);
  } catch (error) {
    // If the back end has done some of it meanwhile, the deletion removes that.
    if (deadline.signal.reason instanceof Superseded) {
      return { outcome: 'failed', cause: deadline.signal.reason.message, detail, isBusy: false };
    }
    return outcomeOf(error, detail);
  } finally {
    ended.abort(new Error('the work has ended'));
  }
}

/**
 * Extends the lease and the message until the work ends. A lost lease stops the work, and so does a waiting deletion.
 */
async function keepLease(
  ports: WorkerPorts,
  claimed: Claimed,
  delivery: Hidden,
  ended: AbortSignal,
  deadline: AbortController,
): Promise<void> {
  for (;;) {
    const isOver = await ports.clock.sleep(heartbeatSeconds * 1000, ended).then(
      () => false,
      () => true,
    );
    if (isOver) return;
    const beat = await heartbeat(ports.database, claimed.id, claimed.attempt, timestamp(ports.clock));
    if (beat === 'lost') return deadline.abort(new Error('The lease of the operation was lost.'));
    if (beat === 'superseded') return deadline.abort(new Superseded());
    // If the message becomes visible to others, they only look at it: the lease keeps them from working on it.
    await ports.queue.extend(delivery.queue, delivery.receipt, visibilitySeconds).catch((error: unknown) => {
      ports.log.warn('extend-failed', { operation: claimed.id, reason: String(error) });
    });
  }
}
