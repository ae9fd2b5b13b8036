// What an operator's policy.yaml says of a rule changes what is answered: for every rule of the reference.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { declaredRules } from '../../functions/every-service.ts';
import { newestMinor } from '../../functions/http/microversion.ts';
import type { Operation } from '../../functions/http/operation.ts';
import { readOverrides } from '../../functions/http/policy-table.ts';
import { sql } from '../../infra/database/port.ts';
import * as samples from '../harness/samples.ts';
import { type Asked, type Scoria, startScoria, type Told } from '../harness/scoria.ts';
import { places, seedWorld } from '../harness/world.ts';
import { leastOf } from '../rbac/golden.ts';
import { referenceRules } from '../reference/rows.ts';

let plain: Scoria;
before(async () => {
  plain = await startScoria({ workers: false });
  await seedWorld(plain.database);
});
after(() => plain.close());

const version = `3.${newestMinor}`;

/** Scoria on the same rows with a policy file. */
async function under<Result>(file: string, ask: (scoria: Scoria) => Promise<Result>): Promise<Result> {
  const scoria = await startScoria({ workers: false, shares: plain, overrides: readOverrides(file) });
  try {
    return await ask(scoria);
  } finally {
    await scoria.close();
    await seedWorld(plain.database);
  }
}

const asking = (operation: Operation, as: string) => (scoria: Scoria) =>
  scoria.ask(operation.method, samples.pathOf(operation, 'own'), { as, version, body: samples.bodyOf(operation) });

const isRefused = ({ status, text }: Told, rule: string) =>
  (status === 403 && text.includes(rule)) || (status === 404 && rule === 'volume:get');

/** Somebody of the project who falls just short of the role. */
const shortOf = { reader: 'roleless', member: 'reader', admin: 'manager' } as const;

const asked = samples.operations.flatMap((one) => one.policy.map((rule) => ({ rule, operation: one })));

for (const rule of new Set(asked.map((one) => one.rule))) {
  test(`${rule} refuses and lets pass as the file says`, async () => {
    for (const { operation } of asked.filter((one) => one.rule === rule)) {
      const shut = await under(`"${rule}": "!"`, asking(operation, 'admin'));
      assert.ok(isRefused(shut, rule), `${operation.name}: ${shut.status} ${shut.text}`);
      const least = leastOf(operation.name);
      if (least === 'open' || least === 'anyone') continue;
      const before = await asking(operation, shortOf[least])(plain);
      assert.ok(isRefused(before, operation.policy.find((one) => isRefused(before, one)) ?? rule), operation.name);
      const everyRule = operation.policy.map((one) => `"${one}": "@"`).join('\n');
      const open = await under(everyRule, asking(operation, shortOf[least]));
      assert.ok(open.status !== 403 && open.status !== 401, `${operation.name}: ${open.status} ${open.text}`);
    }
  });
}

/** A rule that is asked for some requests or for a field: what is answered by default, and what under the file. */
interface Further {
  readonly says: '!' | '@';
  readonly ask: (scoria: Scoria) => Promise<unknown>;
  readonly usual: unknown;
  readonly changed: unknown;
}

const own = (place: string) => places[place]?.own ?? '';
const get = (path: string, pick: (body: Told['body']) => unknown) => async (scoria: Scoria) =>
  pick((await scoria.ask('GET', `/v3${path}`, { version })).body);
const send = (method: string, path: string, body?: unknown, as?: string) => async (scoria: Scoria) => {
  const how: Asked = { version, body, ...(as === undefined ? {} : { as }) };
  return (await scoria.ask(method, `/v3${path}`, how)).status;
};
/** A field that is there or not. */
const field = (path: string, key: string, name: string) => get(path, (body) => Object.hasOwn(body[key], name));
const shown = (ask: Further['ask']): Further => ({ says: '@', ask, usual: false, changed: true });
const kept = (ask: Further['ask']): Further => ({ says: '!', ask, usual: true, changed: false });
const refused = (ask: Further['ask'], usual: number): Further => ({ says: '!', ask, usual, changed: 403 });

const volume = `/volumes/${own('volume_id')}`;
const type = `/types/${own('volume_type_id')}`;
const write = (name: string, text: string) => (scoria: Scoria) => scoria.database.all(sql(name, text));
/** What has to be so before the request. */
const given = (prepare: (scoria: Scoria) => Promise<unknown>, ask: Further['ask']) => async (scoria: Scoria) => {
  await prepare(scoria);
  return ask(scoria);
};
const attached = write(
  'test.attached',
  `UPDATE volumes SET status = 'in-use', multiattach = true, bootable = true WHERE id = '${own('volume_id')}'`,
);

const idle = write(
  'test.idle',
  `UPDATE volumes SET snapshot_count = 0, attachment_states = '{}', encryption_key_id = NULL`,
);
const unencrypted = write('test.unencrypted', 'DELETE FROM volume_type_encryption');
/** Nothing stands in the way of a volume of the world's type, which has multiattach. */
const free = async (scoria: Scoria) => {
  await idle(scoria);
  await unencrypted(scoria);
};

const further: Readonly<Record<string, readonly Further[]>> = {
  'volume_extension:volume_host_attribute': [
    shown(field(volume, 'volume', 'os-vol-host-attr:host')),
    shown(field(volume, 'volume', 'provider_id')),
  ],
  'volume_extension:volume_mig_status_attribute': [shown(field(volume, 'volume', 'os-vol-mig-status-attr:migstat'))],
  'volume_extension:volume_tenant_attribute': [kept(field(volume, 'volume', 'os-vol-tenant-attr:tenant_id'))],
  'volume_extension:volume_image_metadata:show': [kept(field(volume, 'volume', 'volume_image_metadata'))],
  'volume_extension:extended_snapshot_attributes': [
    kept(field(`/snapshots/${own('snapshot_id')}`, 'snapshot', 'os-extended-snapshot-attributes:progress')),
  ],
  'backup:backup_project_attribute': [
    shown(field(`/backups/${own('backup_id')}`, 'backup', 'os-backup-project-attr:project_id')),
  ],
  'group:group_project_attribute': [shown(field(`/groups/${own('group_id')}`, 'group', 'project_id'))],
  'group:group_snapshot_project_attribute': [
    shown(field(`/group_snapshots/${own('group_snapshot_id')}`, 'group_snapshot', 'project_id')),
  ],
  'group:access_group_types_specs': [shown(field(`/group_types/${own('group_type_id')}`, 'group_type', 'group_specs'))],
  'volume_extension:access_types_extra_specs': [kept(field(type, 'volume_type', 'extra_specs'))],
  'volume_extension:access_types_qos_specs_id': [shown(field(type, 'volume_type', 'qos_specs_id'))],
  'volume_extension:volume_type_access': [kept(field(type, 'volume_type', 'os-volume-type-access:is_public'))],
  'volume_extension:types_extra_specs:read_sensitive': [
    shown(
      given(
        write('test.sensitive', `UPDATE volume_types SET extra_specs = '{"volume_backend_name": "one"}'`),
        get(`${type}/extra_specs`, (body) => Object.hasOwn(body.extra_specs, 'volume_backend_name')),
      ),
    ),
  ],
  'limits_extension:used_limits': [
    kept(get('/limits', (body) => Object.hasOwn(body.limits.absolute, 'totalVolumesUsed'))),
  ],
  'volume:force_delete': [
    { says: '@', ask: send('DELETE', `${volume}?force=true&cascade=true`), usual: 403, changed: 202 },
    {
      says: '@',
      ask: send('DELETE', `/volumes/${own('volume_id').replace(/1$/, '9')}?force=true`),
      usual: 404,
      changed: 404,
    },
  ],
  'volume_extension:volume_actions:upload_public': [
    {
      says: '@',
      ask: given(
        write('test.plain', 'UPDATE volumes SET encryption_key_id = NULL'),
        send('POST', `${volume}/action`, { 'os-volume_upload_image': { image_name: 'x', visibility: 'public' } }),
      ),
      usual: 403,
      changed: 202,
    },
  ],
  'volume:reimage_reserved': [
    refused(
      given(
        write('test.reserved', "UPDATE volumes SET status = 'reserved'"),
        send('POST', `${volume}/action`, {
          'os-reimage': { image_id: '99999999-9999-4999-8999-999999999999', reimage_reserved: true },
        }),
      ),
      400,
    ),
  ],
  'volume:update_volume_admin_metadata': [
    refused(send('POST', `${volume}/action`, { 'os-update_readonly_flag': { readonly: true } }), 202),
  ],
  'volume:create_from_image': [
    refused(send('POST', '/volumes', { volume: { size: 1, imageRef: '99999999-9999-4999-8999-999999999999' } }), 400),
  ],
  'volume:multiattach': [
    refused(given(free, send('POST', '/volumes', { volume: { size: 1, volume_type: own('volume_type_id') } })), 202),
    refused(given(free, send('POST', `${volume}/action`, { 'os-retype': { new_type: own('volume_type_id') } })), 202),
  ],
  'volume:multiattach_bootable_volume': [
    refused(
      given(
        attached,
        send('POST', '/attachments', {
          attachment: { volume_uuid: own('volume_id'), instance_uuid: '99999999-9999-4999-8999-999999999999' },
        }),
      ),
      200,
    ),
  ],
  'volume:extend_attached_volume': [
    refused(given(attached, send('POST', `${volume}/action`, { 'os-extend': { new_size: 5 } })), 202),
  ],
};

for (const [rule, cases] of Object.entries(further)) {
  test(`${rule} changes what is answered as the file says`, async () => {
    for (const { says, ask, usual, changed } of cases) {
      assert.deepEqual(await under('', ask), usual, 'by default');
      assert.deepEqual(await under(`"${rule}": "${says}"`, ask), changed, `under ${says}`);
    }
  });
}

/** Rules that no request asks, in Cinder neither. */
const withoutEffect: Readonly<Record<string, string>> = {
  'group:update_group_snapshot': 'its route has no handler in Cinder',
  'volume_extension:volume_type_encryption': 'it was the parent of the four rules that took its place',
};

test('every rule that is declared is tried above', () => {
  const tried = new Set([...asked.map((one) => one.rule), ...Object.keys(further), ...Object.keys(withoutEffect)]);
  assert.deepEqual(
    [...referenceRules.keys()].filter((rule) => declaredRules[rule] !== undefined && !tried.has(rule)),
    [],
  );
});
