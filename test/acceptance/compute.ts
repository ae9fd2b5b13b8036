// A clouds.yaml that names a compute service which is not there.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Service } from './service.ts';

/**
 * Returns the path of a clouds.yaml like the service's own, with a compute endpoint.
 *
 * openstackclient 6 asks for one in `quota show` and `quota set` before it comes to block storage, and goes no further
 * without. Its requests then go by the catalog, where there is none, which it forgives. (`limits show` it does not.)
 */
export function cloudsWithCompute(service: Service): string {
  const clouds = join(service.folder, 'clouds-with-compute.yaml');
  const last = '    volume_api_version: 3\n';
  const written = readFileSync(service.clouds, 'utf8');
  writeFileSync(clouds, written.replaceAll(last, `${last}    compute_endpoint_override: http://127.0.0.1:9\n`));
  return clouds;
}
