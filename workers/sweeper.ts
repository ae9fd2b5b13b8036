// The sweeper: sends again what nobody claimed, takes back expired leases, ends what is past its deadline, and starts
// the runs of schedules that are due.
import { timestamp } from '../infra/clock/port.ts';
import { cancelled } from './cancelled.ts';
import { finish, sendQueued } from './finish.ts';
import type { WorkerPorts } from './ports.ts';
import { beginDueRuns } from './snapshot-schedules.ts';
import { defaultRetention, expireHistory, type Retention } from './store/retention.ts';
import { claimOverdue, expireMessages, requeue } from './store/sweep.ts';

/** How often it runs. A lost message costs at most this plus the resend time. */
export const sweepSeconds = 10;

/** One sweep of all queues. Several at once, in one process or many, do no harm: each row is taken by one of them. */
export async function sweep(
  ports: WorkerPorts,
  retention: Retention = defaultRetention,
): Promise<{ sent: number; ended: number }> {
  await beginDueRuns(ports);
  const due = await requeue(ports.database, timestamp(ports.clock), !ports.queue.isInRows);
  await sendQueued(ports, due);
  let ended = 0;
  for (;;) {
    const overdue = await claimOverdue(ports.database, timestamp(ports.clock));
    if (overdue === null) break;
    const cause = 'The work did not end within its deadline and its tries.';
    const late = { outcome: 'failed', cause, detail: 'deadlinePassed', isBusy: false } as const;
    await finish(ports, overdue, cancelled(overdue) ?? late);
    ended += 1;
  }
  await expireMessages(ports.database, timestamp(ports.clock));
  await expireHistory(ports.database, ports.clock.now(), retention);
  if (due.length > 0 || ended > 0) ports.log.info('swept', { sent: due.length, ended });
  return { sent: due.length, ended };
}

/** Sweeps until the signal is aborted. A sweep that fails is logged, and the next one runs as usual. */
export async function sweepForever(ports: WorkerPorts, signal: AbortSignal, retention: Retention): Promise<void> {
  while (!signal.aborted) {
    await sweep(ports, retention).catch((error: unknown) => ports.log.error('sweep-failed', { reason: String(error) }));
    await ports.clock.sleep(sweepSeconds * 1000, signal).catch(() => {});
  }
}
