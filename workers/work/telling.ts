// Telling the host of a server what has become of a volume that it has.
import { type Compute, ComputeError, type ServerEvent } from '../../infra/compute/port.ts';
import { fragment } from '../../schema/statement.ts';
import { DriverError } from '../driver.ts';
import { WorkError } from '../outcome.ts';
import { flag, text } from './fragments.ts';
import { type Context, done, type Given, type Operation, type Result } from './work.ts';

/** The message is the volume's. */
export const ofVolume = fragment(
  'resource',
  `SELECT (f.arguments ->> 'volume_id')::uuid AS id, f.project_id FROM fenced f`,
);

/** Asks the compute service; its failures come out in words that the worker and the user act on. */
export async function asked(
  { compute }: { readonly compute?: Compute },
  ask: (compute: Compute) => Promise<unknown>,
): Promise<Result> {
  if (compute === undefined) throw new DriverError('fatal', 'This worker has no compute service to tell.');
  try {
    await ask(compute);
  } catch (error) {
    if (!(error instanceof ComputeError)) throw error;
    throw new WorkError(error.message, { isPassing: error.isPassing }, { cause: error });
  }
  return done();
}

export const tellNeeds = { volume: text('volume_id'), isFailed: flag('is_failed') };

/** Tells it once at least. Nobody is told when no host has the server any more: that is done too. */
export const tell =
  (name: ServerEvent['name']) =>
  (
    { volume, isFailed }: Given<typeof tellNeeds>,
    { resourceId: server }: Operation,
    { ports, call }: Context<'compute'>,
  ): Promise<Result> => {
    const event = { name, server, volume: volume ?? '', status: isFailed ? 'failed' : 'completed' } as const;
    return asked(ports, (compute) => compute.tell(event, call.signal));
  };
