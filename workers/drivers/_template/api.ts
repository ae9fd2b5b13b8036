// The management API of the back end: one function a call, every failure as the worker can act on it.

import { type DriverCall, DriverError, type DriverPorts } from '../../driver.ts';
import { expired } from '../../driver-kit/failures.ts';

/** A volume as the array knows it. */
export interface ArrayVolume {
  readonly name: string;
  readonly sizeGiB: number;
  readonly pool: string;
  /** Free for our use: it remembers what the volume was made from. */
  readonly comment: string;
}

export interface ArrayPool {
  readonly name: string;
  readonly totalGiB: number;
  readonly freeGiB: number;
}

export interface Api {
  /** Null when it is surely not there. */
  volume(name: string, call: DriverCall): Promise<ArrayVolume | null>;
  /** False when the name is taken. */
  make(volume: ArrayVolume, call: DriverCall): Promise<boolean>;
  remove(name: string, call: DriverCall): Promise<void>;
  /** At most 100, by their names. */
  volumes(after: string, call: DriverCall): Promise<readonly ArrayVolume[]>;
  pools(call: DriverCall): Promise<readonly ArrayPool[]>;
  /** Asking twice gives the same answer. */
  allow(name: string, host: string, call: DriverCall): Promise<{ portal: string; iqn: string; lun: number }>;
  forbid(name: string, host: string | null, call: DriverCall): Promise<void>;
}

/** `password` goes into a header and into nothing else: not into a URL, not into an error. */
export function openApi(address: string, password: string, ports: DriverPorts): Api {
  const ask = async (method: string, path: string, { signal }: DriverCall, body?: unknown): Promise<Response> => {
    if (signal.aborted) throw expired();
    try {
      return await ports.http(`${address}${path}`, {
        ...{ method, signal, redirect: 'error' as const },
        headers: { authorization: `Bearer ${password}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      if (signal.aborted) throw expired();
      // Nobody knows whether it has happened: the worker asks again with the same id.
      throw new DriverError('transient', 'The array cannot be reached. Look at its address and its network.', {
        cause: error,
      });
    }
  };
  const read = async <T>(method: string, path: string, call: DriverCall, body?: unknown): Promise<T> => {
    const response = await ask(method, path, call, body);
    if (!response.ok) throw await refusal(response);
    return (await response.json()) as T; // The shapes above are what its documentation says.
  };
  return {
    async volume(name, call) {
      const response = await ask('GET', `/volumes/${name}`, call);
      if (response.status === 404) return null;
      if (!response.ok) throw await refusal(response);
      return (await response.json()) as ArrayVolume;
    },
    async make(volume, call) {
      const response = await ask('PUT', `/volumes/${volume.name}`, call, volume);
      if (response.status === 409) return false;
      if (!response.ok) throw await refusal(response);
      return true;
    },
    async remove(name, call) {
      const response = await ask('DELETE', `/volumes/${name}`, call);
      if (!response.ok && response.status !== 404) throw await refusal(response);
    },
    volumes: (after, call) => read('GET', `/volumes?after=${encodeURIComponent(after)}`, call),
    pools: (call) => read('GET', '/pools', call),
    allow: (name, host, call) => read('PUT', `/volumes/${name}/hosts/${encodeURIComponent(host)}`, call),
    async forbid(name, host, call) {
      const path = host === null ? 'hosts' : `hosts/${encodeURIComponent(host)}`;
      const response = await ask('DELETE', `/volumes/${name}/${path}`, call);
      if (!response.ok && response.status !== 404) throw await refusal(response);
    },
  };
}

/** What the array's own codes mean for the worker. An unknown one is `transient`: its outcome is not known. */
async function refusal(response: Response): Promise<DriverError> {
  const text = (await response.text().catch(() => '')).slice(0, 200);
  const [failure, what] =
    {
      401: ['fatal', 'The array refused the password.'] as const,
      404: ['gone', 'The volume is not on the array.'] as const,
      409: ['busy', 'The array is using the volume.'] as const,
      422: ['fatal', 'The array cannot do this.'] as const,
      507: ['no-space', 'The array has no room left.'] as const,
    }[response.status] ?? (['transient', 'The array failed.'] as const);
  return new DriverError(failure, `${what} It answered ${response.status}: ${text}`);
}
