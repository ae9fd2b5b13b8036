// Volumes that are encrypted at rest and that hosts see in the clear: how the daemon opens them.

import { DriverError, type DriverPorts } from '../../driver.ts';
import { plainNode } from './nodes.ts';
import { type Qmp, QmpError } from './qmp.ts';
import type { VolumeRecord } from './records.ts';

let last = 0;

/** Gives the daemon the passphrase of a volume, under a name of its own, for as long as the work takes. */
export async function withPassphrase(
  qmp: Qmp,
  ports: DriverPorts,
  volumeId: string,
  work: (secret: string) => Promise<void>,
): Promise<void> {
  if (ports.passphrase === undefined) {
    throw new DriverError('fatal', 'The encrypted volume cannot be opened. This worker has no keys.');
  }
  const data = await ports.passphrase(volumeId);
  last += 1;
  const id = `secret-${process.pid}-${last}`;
  await qmp.run('object-add', { 'qom-type': 'secret', id, data });
  try {
    await work(id);
  } catch (error) {
    if (!(error instanceof QmpError)) throw error;
    const why = /Invalid password/.test(error.message)
      ? 'Its key does not open it.'
      : 'There is no LUKS header at its beginning.';
    throw new DriverError('fatal', `The encrypted volume cannot be opened. ${why}`, { cause: error });
  } finally {
    await qmp.run('object-del', { id }).catch(() => {});
  }
}

/** How many bytes at the beginning of an open volume its hosts do not see. */
export async function headerOf(qmp: Qmp, { id, isEncrypted }: VolumeRecord): Promise<number> {
  if (isEncrypted === undefined) return 0;
  const nodes = await qmp.run<readonly NodeInfo[]>('query-named-block-nodes', { flat: true });
  const plain = nodes.find((node) => node['node-name'] === plainNode(id));
  return plain?.image['format-specific']?.data?.['payload-offset'] ?? 0;
}

interface NodeInfo {
  readonly 'node-name': string;
  readonly image: { readonly 'format-specific'?: { readonly data?: { readonly 'payload-offset'?: number } } };
}
