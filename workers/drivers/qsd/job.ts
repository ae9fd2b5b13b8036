// Jobs of the daemon: creating an image, copying layers together.

import { expired } from '../../driver-kit/failures.ts';
import { type Qmp, QmpError } from './qmp.ts';

let last = 0;

/**
 * Runs a command that starts a job and waits until the job has ended, well or not; rejects with its error. When the
 * signal aborts the job is cancelled, and has ended when this rejects.
 */
export async function runJob(
  qmp: Qmp,
  command: 'blockdev-create' | 'block-stream',
  given: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<void> {
  last += 1;
  const id = `job-${last}`;
  let stop = () => {};
  // Heard from before the start: a job may have ended when its start is answered.
  const concluded = new Promise<void>((resolve) => {
    stop = qmp.listen((name, data) => {
      if (name === 'JOB_STATUS_CHANGE' && data.id === id && data.status === 'concluded') resolve();
    });
  });
  const cancel = () => void qmp.run('job-cancel', { id }).catch(() => {});
  try {
    await qmp.run(command, { 'job-id': id, ...given });
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    await Promise.race([concluded, qmp.lost]);
    const jobs = await qmp.run<{ id: string; error?: string }[]>('query-jobs');
    await qmp.run('job-dismiss', { id });
    const error = jobs.find((one) => one.id === id)?.error;
    if (signal.aborted) throw expired();
    if (error !== undefined) throw new QmpError(command, 'JobFailed', error);
  } finally {
    signal.removeEventListener('abort', cancel);
    stop();
  }
}
