// Tells the host of a server what happened to a volume that it uses.
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

/** Calls the compute service; its failures become errors for the worker and the user. */
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

/** Tells it at least once. When no host has the server any more, there is nobody to tell: that succeeds too. */
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
