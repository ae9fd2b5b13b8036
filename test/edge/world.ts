// The API as a Worker in workerd, and behind it what it asks: a Data API, SQS, and workers with back ends in memory.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createTestHarness } from 'wrangler';
import { systemClock } from '../../infra/clock/system.ts';
import { signedTransport } from '../../infra/database/data-api/signed.ts';
import { dataApiDatabase } from '../../infra/database/data-api.ts';
import { readMigrations } from '../../infra/database/migrations.ts';
import { databaseTemplate } from '../../infra/database/template.ts';
import { webDigests } from '../../infra/digests/web.ts';
import { systemIds } from '../../infra/ids/system.ts';
import { embeddedKeys } from '../../infra/keys/embedded.ts';
import { silentLog } from '../../infra/log/lines.ts';
import { postgresNotices } from '../../infra/notices/postgres.ts';
import { memoryObjects } from '../../infra/objects/memory.ts';
import { sqsQueue } from '../../infra/queue/sqs.ts';
import { aesSecrets } from '../../infra/secrets/aes-gcm.ts';
import { memorySealingKeys } from '../../infra/secrets/memory.ts';
import { aloneSignals } from '../../infra/signals/local.ts';
import { MemoryKnobs, MemoryStore, memoryBackend } from '../../workers/drivers/memory/index.ts';
import { startWorkers } from '../../workers/start.ts';
import { startDataApi } from '../emulators/data-api/server.ts';
import { startSqs } from '../emulators/sqs/server.ts';
import { root } from '../harness/sources.ts';
import { sqsCalls } from '../harness/sqs.ts';
import { bundle, makeBundle } from './bundle.ts';

const cluster = 'arn:aws:rds:us-east-1:000000000000:cluster:edge';
const secret = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:edge';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const sealing = `edge:${Buffer.alloc(32, 7).toString('base64')}`;
const prefix = 'edge-';
const audience = 'scoria';
// It would ask Cloudflare where this machine is.
process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';
process.env.WRANGLER_SEND_METRICS = 'false';

/** An OpenID issuer that counts who asks it for its keys. */
async function startIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }];
  let reads = 0;
  const server = createServer((request, response) => {
    reads += 1;
    response.end(JSON.stringify(request.url === '/keys' ? { keys } : { issuer: url, jwks_uri: `${url}/keys` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    reads: () => reads,
    async token(roles: readonly string[], { project = 'p1', by = privateKey, seconds = 600 } = {}): Promise<string> {
      return new SignJWT({ project_id: project, roles })
        .setProtectedHeader({ alg: 'ES256', kid: 'one' })
        .setIssuer(url)
        .setAudience(audience)
        .setSubject('u1')
        .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
        .sign(by);
    },
    close: () => server.close(),
  };
}

/** What the Worker asks goes through here, so that it can be told from what the workers ask. */
async function startCounting(target: string) {
  let count = 0;
  const server = createServer(async (request, response) => {
    count += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const asked = { method: 'POST', headers: headers as Record<string, string>, body: Buffer.concat(chunks) };
    const told = await fetch(`${target.replace(/\/$/, '')}${request.url}`, asked);
    response.writeHead(told.status, { 'content-type': told.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await told.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, count: () => count, server };
}

export type EdgeWorld = Awaited<ReturnType<typeof startEdge>>;

/** Variables go over those that it needs. */
export async function startEdge(variables: Readonly<Record<string, string>> = {}) {
  await makeBundle();
  const api = await startDataApi({ backend: { template: await databaseTemplate(readMigrations()) } });
  const sqs = await startSqs();
  const issuer = await startIssuer();
  const workers = await startBehind(api.url, sqs.address);
  const ways = { database: await startCounting(api.url), queue: await startCounting(sqs.address) };
  const folder = mkdtempSync(join(tmpdir(), 'scoria-edge-'));
  const { compatibility_date, compatibility_flags } = JSON.parse(
    readFileSync(join(root, 'wrangler.jsonc'), 'utf8').replace(/^\s*\/\/.*$/gm, ''),
  );
  const vars = {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    DATABASE_URL: `data-api:///test?cluster=${cluster}&secret=${secret}&endpoint=${encodeURIComponent(ways.database.url)}`,
    ...{ SCORIA_QUEUE_ENDPOINT: ways.queue.url, SCORIA_QUEUE_PREFIX: prefix, SCORIA_SECRET_KEYS: sealing },
    ...{ SCORIA_IDENTITY: 'oidc', SCORIA_OIDC_ISSUER: issuer.url, SCORIA_OIDC_AUDIENCE: audience },
    ...variables,
  };
  const common = { compatibility_date, compatibility_flags, no_bundle: true };
  const configPath = join(folder, 'wrangler.json');
  writeFileSync(configPath, JSON.stringify({ name: 'edge', main: bundle, ...common, vars }));
  // It writes beside where it stands.
  const harness = createTestHarness({ root: folder, workers: [{ configPath }] });
  const close = async () => {
    await harness.close();
    await workers.stop();
    await sqs.stop();
    await api.close();
    issuer.close();
    for (const { server } of Object.values(ways)) {
      server.close();
      server.closeAllConnections();
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const { url } = await harness.listen().catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    ...{ url: url.href.replace(/\/$/, ''), issuer, close },
    /** Requests that have reached the region since it was made: statements and messages. */
    regional: () => ways.database.count() + ways.queue.count(),
    logs: () => harness.getLogs().map((one) => one.message),
  };
}

/** The workers of the region. Their own statements go another way, so that those of the Worker can be counted. */
async function startBehind(dataApi: string, sqsUrl: string) {
  const clock = systemClock();
  const transport = signedTransport({ region: 'us-east-1', endpoint: dataApi, http: fetch, credentials });
  const database = dataApiDatabase({ transport, cluster, secret, database: 'test', clock });
  const common = { database, clock, log: silentLog, ids: systemIds(), digests: webDigests(), objects: memoryObjects() };
  const call = sqsCalls(sqsUrl);
  const queue = sqsQueue({ prefix, creates: true, waitSeconds: 1 }, { ...common, call });
  const secrets = aesSecrets(memorySealingKeys(sealing));
  const notices = postgresNotices({ ...common, signals: aloneSignals() });
  const ports = { ...common, queue, secrets, keys: embeddedKeys(secrets), notices };
  const open = async () =>
    memoryBackend({ pools: [{ name: 'pool', totalGiB: 1000 }], store: new MemoryStore() }, new MemoryKnobs());
  const running = await startWorkers(ports, {
    ...{ host: 'behind', zone: 'nova', isSole: true, workers: { scheduler: 1, quick: 2, long: 1 } },
    backends: [{ name: 'one', open }],
  });
  return {
    async stop() {
      await running.stop();
      await queue.close();
      await database.close();
    },
  };
}
