// docs/how-to/infrastructure-as-code.md, followed; then its client is killed at many moments, and the service once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openstack } from '../clients.ts';
import { type Followed, follow } from '../guide.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
let guide: Followed;
before(async () => {
  service = await startService();
  guide = follow('docs/how-to/infrastructure-as-code.md', {
    places: { 'http://127.0.0.1:8776': service.url },
    env: { OS_CLIENT_CONFIG_FILE: service.clouds },
  });
});
after(() => service?.stop());

test('each step does what it says', async () => {
  for (const step of ['## 1.', '## 2.', '## 3.']) await guide.run(step);
  assert.equal((await guide.run('## 4.')).trim(), 'data-before available');
  assert.match((await guide.run('## 5.')).trim(), /^[0-9a-f-]{36} available$/);
  await guide.run('## 6.');
  assert.deepEqual(guide.left(), []);
  const names = (await openstack(service, 'scoria').json('volume list')).map((one: { Name: string }) => one.Name);
  assert.deepEqual(names, ['cut-off']);
});

test('whenever the client is killed, the repeated request leaves one volume', async () => {
  const moments = Array.from({ length: 7 }, (_, n) => n * 5);
  for (const moment of moments) {
    const request = `ask at-${moment} POST /v3/volumes '{"volume": {"name": "at-${moment}", "size": 1}}'`;
    await guide.shell(`${request} &
sleep ${moment / 1000}
pkill -9 -P $! || true
wait $! || true
${request}
wait_for at-${moment}`);
  }
  const volumes = await openstack(service, 'scoria').json('volume list');
  const made = volumes.map((one: { Name: string }) => one.Name).filter((name: string) => name.startsWith('at-'));
  assert.deepEqual(made.sort(), moments.map((moment) => `at-${moment}`).sort());
});

test('what failed says why, and another request under the same key is refused', async () => {
  const request = `ask too-large POST /v3/volumes '{"volume": {"name": "too-large", "size": 1000000}}'`;
  const said = await guide.shell(`${request}
{ wait_for too-large && echo 'it did not fail'; } 2>&1 || true
ask too-large POST /v3/volumes '{"volume": {"name": "too-large", "size": 2}}'
cat state/too-large.json`);
  assert.match(said, /quota|VolumeSizeExceedsAvailableQuota|No valid backend/i);
  assert.doesNotMatch(said, /it did not fail/);
});
