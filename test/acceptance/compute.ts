// The two answers of a compute service that openstackclient 6 wants before it asks about block storage.
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Service } from './service.ts';

/** A clouds.yaml like the service's own, with a compute endpoint that has nothing and no quotas. */
export async function cloudsWithCompute(service: Service): Promise<{ clouds: string; close(): void }> {
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const answer = path.includes('limits')
      ? { limits: { rate: [], absolute: {} } }
      : path.includes('os-quota-class-sets')
        ? { quota_class_set: {} }
        : { quota_set: {} };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const override = `    compute_endpoint_override: http://127.0.0.1:${address.port}\n`;
  const clouds = join(service.folder, 'clouds-with-compute.yaml');
  const written = readFileSync(service.clouds, 'utf8');
  writeFileSync(clouds, written.replaceAll('    volume_api_version: 3\n', `    volume_api_version: 3\n${override}`));
  return {
    clouds,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
