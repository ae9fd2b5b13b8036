// Debian's openstacksdk and cinderclient, each by scripts that assert at every step; their exceptions are the check.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { python } from '../clients.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
before(async () => {
  service = await startService({ env: { SCORIA_CLUSTER: 'east' } });
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

/** Together they use every group of operations of the API once. */
const groups: Readonly<Record<string, string>> = {
  sdk_storage: 'openstacksdk: actions, backups, types with encryption, groups',
  cinder_volumes: 'cinderclient: volumes and each of their actions',
  cinder_snapshots: 'cinderclient: snapshots and attachments',
  cinder_backups: 'cinderclient: backups, transfers in both forms, messages',
  cinder_types: 'cinderclient: types, access, encryption, QoS specs, quotas, default types',
  cinder_groups: 'cinderclient: groups, group snapshots, consistency groups',
  cinder_manage: 'cinderclient: volumes and snapshots given up and taken over, in both forms of the paths',
  cinder_operators: 'cinderclient: services, hosts, pools, capabilities, clusters, workers, extensions, filters',
};

for (const [script, what] of Object.entries(groups)) {
  test(what, async () => {
    assert.equal(await python(`${script}.py`, service), 'ok\n');
  });
}
