// docs/how-to/edge.md, as far as it goes without an account.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { follow } from '../guide.ts';
import { root } from '../service.ts';

test('the Worker of the guide is built, and stays under its size', async () => {
  const guide = follow('docs/how-to/edge.md', {
    env: { SCORIA_REPOSITORY: root, CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
  });
  const said = await guide.run('## 1');
  const [, gzip] = /gzip: ([\d.]+) KiB/.exec(said) ?? [];
  assert.ok(Number(gzip) > 100 && Number(gzip) <= 160, said);
  for (const name of ['SCORIA_IDENTITY', 'SCORIA_RATE_PER_ADDRESS']) assert.match(said, new RegExp(name));
  assert.ok(existsSync(join(guide.machine, 'root/scoria/dist/edge-dry-run/main.js')));
  assert.deepEqual(guide.left(), []);
});
