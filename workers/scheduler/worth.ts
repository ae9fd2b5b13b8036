// Evaluates the expression of a back end for a volume.
import { capabilitiesOf } from './capabilities.ts';
import { evaluate, type Value, type Variables } from './expression/evaluate.ts';
import { ExpressionError } from './expression/tokens.ts';
import type { Pool, Request } from './pool.ts';

export type Worth =
  | { readonly source: string; readonly values: readonly Value[] }
  | { readonly source: string; readonly error: string };

/**
 * The values of the pool's filter or goodness function: one for each spelling of its protocol. Null when it has none.
 */
export function worthOf(pool: Pool, request: Request, name: 'filter_function' | 'goodness_function'): Worth | null {
  const source = pool.capabilities[name];
  if (source === undefined || source === null || source === '' || source === 'None') return null;
  if (typeof source !== 'string') return { source: String(source), error: 'it is no text' };
  const capabilities = capabilitiesOf(pool);
  const { storage_protocol: protocol } = capabilities;
  const protocols = Array.isArray(protocol) ? protocol : [protocol];
  try {
    const values = protocols.map((one) =>
      evaluate(source, variablesOf(pool, request, { ...capabilities, storage_protocol: one })),
    );
    return { source, values };
  } catch (error) {
    if (error instanceof ExpressionError) return { source, error: error.message };
    throw error;
  }
}

function variablesOf(pool: Pool, request: Request, capabilities: Readonly<Record<string, unknown>>): Variables {
  const { name, backend } = pool;
  return {
    capabilities,
    stats: { ...capabilities, host: name, backend_id: backend, availability_zone: pool.availabilityZone },
    volume: { size: request.sizeGiB, ...request.volume },
    extra: request.extraSpecs,
    qos: request.qosSpecs ?? {},
  };
}
