// Work that a request begins: the operation's parameters for the statement, and the nudge afterwards.
import { timestamp } from '../../infra/clock/port.ts';
import type { Machine } from '../../schema/machine.ts';
import { type Kind, lanes, operationParameters } from '../../schema/operations.ts';
import type { Call } from '../http/operation.ts';

export interface Work {
  readonly kind: Kind;
  /** The first step; the step decides nothing here, the queue in the statement does. */
  readonly step: string;
  readonly machine: Machine;
  readonly move: string;
  /** What the size of the work adds to the machine's seconds. */
  readonly extraSeconds?: number;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/** The work that a statement began: its operation, and the queue that the nudge goes to. */
export interface BegunWork {
  readonly operation_id: string;
  readonly queue: string;
}

/** The same for a move that may leave nothing to do for a worker: then both are null. */
export interface BegunWorkIfAny {
  readonly operation_id: string | null;
  readonly queue: string | null;
}

/** The parameters of queueOperation() and `:now`, for the statement that begins the work. */
export function workParameters(call: Call<unknown>, work: Work) {
  return {
    now: timestamp(call.ports.clock),
    ...operationParameters({
      id: call.ports.ids.uuid(),
      kind: work.kind,
      step: work.step,
      actorId: call.actor.userId,
      withinSeconds: (work.machine.moves[work.move]?.within ?? 0) + (work.extraSeconds ?? 0),
      arguments: work.arguments ?? {},
      requestId: call.requestId,
      trace: call.trace,
    }),
  };
}

/** As workParameters(), with a secret that only the worker of this operation can open, and only until it ends. */
export async function sealedWork(call: Call<unknown>, secret: string | null, work: Work) {
  const begun = workParameters(call, work);
  if (secret === null) return begun;
  return { ...begun, secret: await call.ports.secrets.seal(secret, `operation:${begun.operation_id}`) };
}

/** What a nudge is about. */
export interface Nudged {
  readonly operation_id: string;
  readonly kind: Kind;
  readonly attempt?: number | null;
}

/**
 * Tells the queue of work that goes on after the answer, and names it in the headers of that. When that fails the work
 * is not lost: the sweeper sends what nobody has claimed.
 */
export async function nudge(call: Call<unknown>, queue: string, nudged: Nudged): Promise<void> {
  call.addHeader('Scoria-Operation', nudged.operation_id);
  call.setHeader('Retry-After', String(secondsOf(call, nudged.kind)));
  await send(call, queue, nudged);
}

/** When to ask again, where nothing is known of what such work takes here. */
const lanesSeconds = { quick: 1, long: 5 } as const;

/** What such work has taken lately, in seconds: 1 to a minute. */
function secondsOf({ ports: { notices } }: Call<unknown>, kind: Kind): number {
  const usual = notices.usual(kind);
  return usual === null ? lanesSeconds[lanes[kind]] : Math.min(Math.max(Math.ceil(usual / 1000), 1), 60);
}

/** Tells the queue of work that the request waits for. */
export async function send(
  call: Call<unknown>,
  queue: string,
  { operation_id: operation, kind, attempt }: Nudged,
): Promise<void> {
  try {
    const project = call.actor.projectId ?? '';
    await call.ports.queue.send(queue, [{ operation, attempt: attempt ?? 0, kind, project }]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    call.ports.log.warn('nudge-failed', { operation, queue, reason, requestId: call.requestId });
  }
}
