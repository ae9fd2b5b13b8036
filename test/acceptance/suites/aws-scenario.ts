// What npm run acceptance:aws does once its stage is deployed, against emulators of the Data API and SQS on this machine.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { audience, type Issuer, issuer, makeIssuer } from '../../aws/issuer.ts';
import { playScenario } from '../../aws/scenario.ts';
import { type Command, command, freePort, root, scoria, spawned, temporaryFolder, until, within } from '../service.ts';
import { type QueueServer, startQueueServer } from '../sqs.ts';

let who: Issuer;
let queue: QueueServer;
let running: Command[];
let worker: Record<string, string>;
let url: string;
const keys = createServer((_, answer) => answer.end(who.jwks));

before(async () => {
  who = await makeIssuer();
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  queue = await startQueueServer();
  const folder = temporaryFolder();
  const emulator = spawned(process.execPath, [join(root, 'test/emulators/data-api/main.ts')], folder);
  const said = await until(
    async () => emulator.said.stdout,
    (text) => /^DATABASE_URL='(.+)'$/m.test(text),
    120_000,
  );
  const printed = await scoria(['secrets'], folder);
  worker = {
    ...queue.env,
    DATABASE_URL: /^DATABASE_URL='(.+)'$/m.exec(said)?.[1] ?? '',
    SCORIA_SECRET_KEYS: printed.stdout.trim().replace(/^SCORIA_SECRET_KEYS=/, ''),
    ...{ SCORIA_QUEUE_CREATE: 'no', SCORIA_WORKER_HOST: 'acceptance', SCORIA_QUEUE_PREFIX: 'scoria-acceptance-' },
  };
  const jwks = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/keys`;
  const identity = {
    ...{ SCORIA_IDENTITY: 'oidc', SCORIA_OIDC_ISSUER: issuer, SCORIA_OIDC_AUDIENCE: audience, SCORIA_OIDC_JWKS: jwks },
  };
  for (const backend of [[], ['--backend', 'here']]) {
    const made = await scoria(['queue', 'create', ...backend], folder, { ...worker, SCORIA_BACKENDS: 'here' });
    if (made.code !== 0) throw new Error(made.stderr);
  }
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const env = { ...worker, ...identity, SCORIA_PORT: String(port) };
  // In place of the two functions.
  running = [command(['api'], folder, env), command(['scheduler'], temporaryFolder(), env), emulator];
});
after(async () => {
  for (const one of running ?? []) {
    one.child.kill('SIGTERM');
    await within(one.ended, 'the end of a process');
  }
  await queue?.kill();
  keys.close();
});

test('the scenario of acceptance:aws passes on the Data API and SQS of this machine', async (context) => {
  await playScenario({ url, token: who.token, project: who.project, worker, say: (line) => context.diagnostic(line) });
});
