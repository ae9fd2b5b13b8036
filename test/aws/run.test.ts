// What may cost money says so, and does nothing unless it is told to.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../harness/sources.ts';
import { audience, issuer, makeIssuer } from './issuer.ts';

const refusals = {
  'without the variable': {},
  'with another value': { SCORIA_ACCEPTANCE_AWS: 'yes', AWS_REGION: 'eu-central-1' },
  'without a region': { SCORIA_ACCEPTANCE_AWS: 'deploys-and-costs-money' },
} as const;

for (const [name, env] of Object.entries(refusals)) {
  test(`${name} nothing is deployed, and the costs are named`, () => {
    // No program is found: whatever it would start fails.
    const done = spawnSync(process.execPath, [join(root, 'test/aws/run.ts')], {
      env: { PATH: '', ...env },
      encoding: 'utf8',
    });
    assert.equal(done.status, 2, done.stderr);
    assert.match(done.stderr, /costs less than one dollar/);
    assert.match(done.stderr, /npx sst remove --stage acceptance/);
    assert.match(done.stderr, /Nothing was done/);
    assert.equal(done.stdout, '');
  });
}

test('its tokens are those of an admin, signed with the key that it publishes', async () => {
  const { createLocalJWKSet, jwtVerify } = await import('jose');
  const one = await makeIssuer();
  const { payload } = await jwtVerify(await one.token(), createLocalJWKSet(JSON.parse(one.jwks)), { issuer, audience });
  assert.deepEqual([payload.project_id, payload.roles], [one.project, ['admin']]);
  assert.doesNotMatch(one.jwks, /"d":/);
});
