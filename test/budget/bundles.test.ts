// How large functions are: what a cold start reads is what it takes. `npm run bench:cold` measures how long.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Bundle, bundle } from '../lambda/bundle.ts';

const kib = 1024;
const folder = mkdtempSync(join(tmpdir(), 'scoria-bundles-'));
after(() => rmSync(folder, { recursive: true }));

const largest = ({ parts }: Bundle) => JSON.stringify(parts.slice(0, 10));
const identities = ['infra/identity/oidc.ts', 'infra/identity/keystone.ts'];

test('a start of the API reads at most 600 KiB, 160 KiB of gzip, with either identity; all of it is 680 KiB', async () => {
  const made = await bundle('functions/main.lambda.ts', folder);
  // With /scoria/v1, whose file is read at its first request.
  assert.ok(made.bytes <= 680 * kib, `${made.bytes} bytes: ${largest(made)}`);
  for (const identity of identities) {
    const { bytes, gzipBytes } = made.loaded(identity);
    assert.ok(bytes <= 600 * kib, `${bytes} bytes with ${identity}: ${largest(made)}`);
    assert.ok(gzipBytes <= 160 * kib, `${gzipBytes} bytes with ${identity}: ${largest(made)}`);
  }
});

test('a start of the API reads nothing that few requests need', async () => {
  const made = await bundle('functions/main.lambda.ts', folder);
  const all = made.loaded().bytes;
  for (const module of [
    ...identities,
    'functions/http/openapi.ts',
    'functions/extensions/aliases.ts',
    'functions/services-beside.ts',
    'infra/images/glance.ts',
    'infra/keys/node.ts',
    'infra/compute/node.ts',
    'infra/webhooks/node.ts',
  ]) {
    assert.ok(made.loaded(module).bytes > all, `${module} is loaded at every start`);
  }
});

test('the workers are at most 900 KiB', async () => {
  const made = await bundle('workers/main.lambda.ts', folder);
  assert.ok(made.bytes <= 900 * kib, `${made.bytes} bytes: ${largest(made)}`);
});
