// Where keys are kept, as nodeKeys() chooses it, whose code is loaded when it is not the embedded one: for functions, which
// read their files at every cold start.
import { embeddedKeys } from './embedded.ts';
import type { nodeKeys } from './node.ts';
import type { Keys } from './port.ts';

export async function loadKeys(...[options, https, needs]: Parameters<typeof nodeKeys>): Promise<Keys> {
  if (options.keys.kind === 'embedded') return embeddedKeys(needs.secrets);
  const { nodeKeys } = await import('./node.ts');
  return nodeKeys(options, https, needs);
}
