// The image service and the converter as tasks use them, with their failures as errors for the worker and the user.
import { ConverterError, type ConverterFailure } from '../../infra/converter/port.ts';
import { type Asking, type Images, ImagesError, type ImagesFailure } from '../../infra/images/port.ts';
import { KeysError } from '../../infra/keys/port.ts';
import type { MessageActionName, MessageDetailName } from '../../schema/codes.ts';
import { WorkError } from '../outcome.ts';
import type { WorkerPorts } from '../ports.ts';
import type { Sealed } from '../work/fragments.ts';

type Meaning = readonly [isPassing: boolean, detail: MessageDetailName];

const ofImages: Readonly<Record<ImagesFailure, Meaning>> = {
  unavailable: [true, 'imageServiceAway'],
  unauthorized: [false, 'tokenExpired'],
  forbidden: [false, 'imageRefused'],
  gone: [false, 'imageGone'],
  damaged: [false, 'imageDamaged'],
  refused: [false, 'imageRefused'],
};

const ofConverter: Readonly<Record<ConverterFailure, Meaning>> = {
  absent: [false, 'imageFormat'],
  format: [false, 'imageFormat'],
  'too-large': [false, 'imageTooLarge'],
  'no-space': [true, 'noSpace'],
  failed: [true, 'imageFormat'],
};

/** Work with images: with the service and the user's token, which is decrypted only here. */
export async function onImages<T>(
  sealed: Sealed,
  action: MessageActionName,
  signal: AbortSignal,
  ports: Pick<WorkerPorts, 'images' | 'secrets'>,
  work: (images: Images, asking: Asking) => Promise<T>,
): Promise<T> {
  if (ports.images === undefined) throw never('This worker knows no image service.', 'imageServiceAway', action);
  const token = await openToken(sealed, action, ports);
  try {
    return await work(ports.images, { token, signal });
  } catch (error) {
    if (error instanceof ImagesError) throw workError(error, ofImages[error.failure], action);
    if (error instanceof KeysError) throw workError(error, [error.failure === 'unavailable', 'keyManagerAway'], action);
    if (error instanceof ConverterError) throw workError(error, ofConverter[error.failure], action);
    throw error;
  }
}

async function openToken({ id, secret }: Sealed, action: MessageActionName, ports: Pick<WorkerPorts, 'secrets'>) {
  if (secret === null) throw never('The token of the request is not there any more.', 'tokenExpired', action);
  try {
    return await ports.secrets.open(secret, `operation:${id}`);
  } catch {
    throw never(
      'The token of the request cannot be read: it was sealed with a key that is not here.',
      'tokenExpired',
      action,
    );
  }
}

const never = (message: string, detail: MessageDetailName, action: MessageActionName) =>
  new WorkError(message, { isPassing: false, detail, action });

const workError = (error: Error, [isPassing, detail]: Meaning, action: MessageActionName) =>
  new WorkError(error.message, { isPassing, detail, action }, { cause: error });
