// Resolves the hints of a request: the claim has the hosts of volumes, the compute service knows the host of a
// server.
import { withTimeout } from '../../infra/clock/port.ts';
import { ComputeError } from '../../infra/compute/port.ts';
import { WorkError } from '../outcome.ts';
import type { WorkerPorts } from '../ports.ts';
import type { HintJson } from '../work/hints.ts';
import type { Hints } from './pool.ts';

/** A compute service that does not answer within this time is asked again later. */
const patienceMilliseconds = 10_000;

/** Throws a WorkError when the compute service cannot be reached now. Without one nobody knows the host of a server. */
export async function lookUp(
  hint: HintJson,
  { clock, compute }: Pick<WorkerPorts, 'clock' | 'compute'>,
): Promise<Hints> {
  const { sameHosts, differentHosts, instance } = hint;
  if (instance === null) return { sameHosts, differentHosts };
  try {
    const ask = async (signal: AbortSignal) => (await compute?.hostOf(instance, signal)) ?? null;
    return { sameHosts, differentHosts, instanceHost: await withTimeout(clock, patienceMilliseconds, ask) };
  } catch (error) {
    if (!(error instanceof ComputeError)) throw error;
    const meaning = { isPassing: error.isPassing, detail: 'noBackend', action: 'scheduleVolume' } as const;
    throw new WorkError(`The host of the server in local_to_instance: ${error.message}`, meaning, { cause: error });
  }
}
