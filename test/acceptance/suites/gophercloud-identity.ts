// gophercloud, which Terraform's provider is made of, against the embedded identity: what the provider does for each of
// its identity resources, in go/identity.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Service, startService, temporaryFolder } from '../service.ts';

const source = fileURLToPath(new URL('../go/identity/', import.meta.url));
const folder = temporaryFolder();
const program = join(folder, 'identity');

function ran(path: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>>) {
  const options = { cwd, env: { PATH: '/usr/bin:/bin', HOME: folder, ...env }, timeout: 300_000 };
  return new Promise<void>((resolve, reject) => {
    execFile(path, args, options, (error, stdout, stderr) =>
      error === null ? resolve() : reject(new Error(`${args.join(' ')}: ${stdout}${stderr}`)),
    );
  });
}

let service: Service;
before(async () => {
  // Debian's packages of Go libraries stand in one tree, and are found without a module file and without a network.
  const go = { GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: join(folder, 'cache'), CGO_ENABLED: '0' };
  [service] = await Promise.all([startService(), ran('/usr/bin/go', ['build', '-o', program, '.'], source, go)]);
});
after(() => service.stop());

const resources = [
  'project_v3',
  'user_v3',
  'role_v3',
  'role_assignment_v3',
  'inherit_role_assignment_v3',
  'application_credential_v3',
  'ec2_credential_v3',
  'credential',
  'service_v3',
  'endpoint_v3',
  'group_v3',
  'user_membership_v3',
  'domain',
  'auth_scope_v3',
] as const;

const settings = () => ({
  OS_AUTH_URL: `${service.url}/identity/v3`,
  OS_USERNAME: 'admin',
  OS_PASSWORD: service.password('admin'),
  OS_DOMAIN_NAME: 'Default',
  OS_PROJECT_NAME: 'admin',
});

for (const resource of resources) {
  test(`${resource} is created, read, changed and deleted, with the fields that are read`, async () => {
    await ran(program, [resource], folder, settings());
  });
}

test('a resource that there is not fails', async () => {
  await assert.rejects(ran(program, ['nothing'], folder, settings()), /no such resource/);
});
