// Composition root of the API on Node: chooses the adapters. Workers in the same process share its ports.
import { join } from 'node:path';
import { systemClock } from '../infra/clock/system.ts';
import type { NodeComputeOptions } from '../infra/compute/node.ts';
import { nodeCounters } from '../infra/counters/node.ts';
import type { NodeDatabaseOptions, nodeDatabase } from '../infra/database/node.ts';
import { webDigests } from '../infra/digests/web.ts';
import { agentOf, asAgent } from '../infra/http/agent.ts';
import { version } from '../infra/http/version.ts';
import { fileKeyStore } from '../infra/identity/key-store.ts';
import { type NodeIdentityOptions, nodeIdentity } from '../infra/identity/node.ts';
import { systemIds } from '../infra/ids/system.ts';
import type { NodeImagesOptions } from '../infra/images/node.ts';
import type { NodeKeysOptions } from '../infra/keys/node.ts';
import { type LogLevel, lineLog } from '../infra/log/lines.ts';
import { type NodeObjectsOptions, nodeObjects } from '../infra/objects/node.ts';
import { type NodeSecretsOptions, nodeSecrets } from '../infra/secrets/node.ts';
import { type NodeWebhookOptions, nodeServices } from './main.services.ts';
import { type NodeSharedOptions, nodeShared } from './main.shared.ts';

type Stored = NodeDatabaseOptions & NodeObjectsOptions & NodeKeysOptions & NodeSecretsOptions & NodeSharedOptions;
type Asked = NodeIdentityOptions & NodeImagesOptions & NodeComputeOptions & NodeWebhookOptions;
export type NodeOptions = Stored & Asked & { readonly logLevel: LogLevel };

export { nodeDatabase as openDatabase } from '../infra/database/node.ts';

/** Everything that the API needs, over an open and migrated database. */
export function nodePorts(options: NodeOptions, database: Awaited<ReturnType<typeof nodeDatabase>>) {
  const clock = systemClock();
  const log = lineLog((line) => process.stderr.write(line), options.logLevel, clock.now);
  const secrets = nodeSecrets(options.secretKeys, fileKeyStore(join(options.folder, 'secret-keys')));
  const { queue, notices, signingKeys, close } = nodeShared(options, { database, clock, log, secrets });
  const common = { database, clock, ids: systemIds(), digests: webDigests(), log, secrets, notices };
  const needs = { ...common, http: asAgent(fetch, agentOf(version())) };
  const { ports, ...identity } = nodeIdentity(options, { ...needs, signingKeys });
  const counting = { queue, counters: nodeCounters(options, common) };
  const services = nodeServices(options, { ...needs, keystone: ports.keystone });
  const asked = { ...services, objects: nodeObjects(options, agentOf(version())) };
  return { ports: { ...common, ...ports, ...counting, ...asked }, ...identity, close };
}
