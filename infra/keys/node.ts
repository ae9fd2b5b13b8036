// Chooses where keys are kept on Node.
import type { Secrets } from '../secrets/port.ts';
import { embeddedKeys } from './embedded.ts';
import type { Keys } from './port.ts';

interface Needs {
  readonly secrets: Secrets;
}

export function nodeKeys({ secrets }: Needs): Keys {
  return embeddedKeys(secrets);
}
