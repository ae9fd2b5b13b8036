// The receivers of docs/how-to/receive-webhooks.md, as they stand there.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readRange } from '../../infra/webhooks/addresses.ts';
import { nodeWebhooks } from '../../infra/webhooks/node.ts';
import { cloudEvent } from '../../schema/cloud-event.ts';
import { root } from '../harness/sources.ts';
import { newSecret } from '../harness/subscriptions.ts';

const page = readFileSync(join(root, 'docs/how-to/receive-webhooks.md'), 'utf8');
const codeIn = (language: string) => page.split(`\`\`\`${language}\n`)[1]?.split('```')[0] ?? assert.fail(language);

let folder: string;
const running: ChildProcess[] = [];
before(() => {
  folder = mkdtempSync(join(root, 'test', '.receivers-')); // where packages of ours are found
});
after(() => {
  for (const one of running) one.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** Resolves when something listens there. */
async function listening(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    assert.equal(child.exitCode, null, 'the receiver has ended');
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('close', () => socket.destroy());
      socket.end();
    });
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const event = cloudEvent({
  ...{ transaction: '1', sequence: '17', type: 'volume.create.end', resource_type: 'volume', project_id: 'p' },
  ...{ resource_id: 'aaaaaaaa-0000-4000-8000-000000000000', request_id: null, data: '{"display_name": "Größe"}' },
  at: '2026-11-30 09:00:00',
});

async function receives(command: string, file: string, code: string): Promise<void> {
  writeFileSync(join(folder, file), code);
  const [port, secret] = [await freePort(), newSecret()];
  const env = { ...process.env, PORT: String(port), WEBHOOK_SECRET: secret };
  const child = spawn(command, [join(folder, file)], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  running.push(child);
  let said = '';
  child.stdout.on('data', (part) => {
    said += part;
  });
  await listening(port, child);
  const allowed = [readRange('127.0.0.0/8') ?? assert.fail()];
  const webhooks = nodeWebhooks({ allowed, agent: 'scoria/test' });
  const send = async (secrets: readonly string[], timestamp = Math.floor(Date.now() / 1000)) => {
    const common = { url: `http://127.0.0.1:${port}/`, contentType: 'application/cloudevents+json' };
    const webhook = { ...common, id: event.id, body: JSON.stringify(event), timestamp, secrets };
    return (await webhooks.send(webhook, new AbortController().signal)).status;
  };
  assert.equal(await send([secret]), 204);
  assert.equal(await send([newSecret(), secret]), 204, 'while the secret is changed there are two signatures');
  assert.equal(await send([newSecret()]), 401, 'of somebody else');
  assert.equal(await send([secret], 1), 401, 'an old one that is sent again');
  assert.match(said, /^volume\.create\.end volume\/aaaaaaaa-/);
}

test('the receiver in Node takes what we sign and nothing else', () =>
  receives(process.execPath, 'receiver.mjs', codeIn('js')));

const python = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status === 0;
test('the receiver in Python takes what we sign and nothing else', { skip: python ? false : 'NO python3 HERE' }, () =>
  receives('python3', 'receiver.py', codeIn('python')),
);
