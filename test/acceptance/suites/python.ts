// Debian's openstacksdk and cinderclient, each by a script that asserts at every step.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { python } from '../clients.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
before(async () => {
  service = await startService();
});
after(() => service.stop());

test('openstacksdk does everything that a script asks of it', async () => {
  assert.equal(await python('openstacksdk_all.py', service), 'ok\n');
});

// 3.70 is the newest that cinderclient 9.1 knows.
for (const version of ['3.0', '3.70']) {
  test(`cinderclient does everything at ${version}`, async () => {
    assert.equal(await python('cinderclient_all.py', service, [version]), 'ok\n');
  });
}
