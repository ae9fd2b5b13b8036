// Maps that grow without end: every map that users write has a bound in bytes, in the statement that writes it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type BoundedMap, mostOf } from '../../schema/sizes.ts';
import { type Asked, type Scoria, startScoria, type Told } from '../harness/scoria.ts';

let scoria: Scoria;
let volume: string;
let snapshot: string;
let backup: string;
let type: string;
let groupType: string;
let qos: string;
const admin: Asked = { as: 'admin', version: '3.71' };
const member: Asked = { version: '3.71' };

before(async () => {
  scoria = await startScoria();
  volume = (await scoria.makeVolume()).id;
  const make = async (path: string, body: object, key: string, asked: Asked) => {
    const told = await scoria.ask('POST', `/v3/${path}`, { ...asked, body });
    assert.ok(told.status < 300, `${path}: ${told.text}`);
    return told.body[key].id as string;
  };
  snapshot = await make('snapshots', { snapshot: { volume_id: volume } }, 'snapshot', member);
  await scoria.until(`/v3/snapshots/${snapshot}`, ({ body }) => body.snapshot.status === 'available');
  backup = await make('backups', { backup: { volume_id: volume } }, 'backup', member);
  await scoria.until(`/v3/backups/${backup}`, ({ body }) => body.backup.status === 'available');
  type = await make('types', { volume_type: { name: 'large' } }, 'volume_type', admin);
  groupType = await make('group_types', { group_type: { name: 'large' } }, 'group_type', admin);
  qos = await make('qos-specs', { qos_specs: { name: 'large' } }, 'qos_specs', admin);
});
after(() => scoria.close());

/** So many pairs that no other request writes. */
const pairs = (request: number, count = 20) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${request}-${n}`, 'x'.repeat(200)]));

const send = (method: string, path: string, body: object, asked: Asked) =>
  scoria.ask(method, `/v3/${path}`, { ...asked, body });
type Map = Readonly<Record<string, string>>;

/** How each map grows by pairs, and what it holds. */
const growing: Readonly<
  Record<string, { map: BoundedMap; write: (add: Map) => Promise<Told>; read: () => Promise<Map> }>
> = {
  'the metadata of a volume': {
    map: 'volume metadata',
    write: (metadata) => send('POST', `volumes/${volume}/metadata`, { metadata }, member),
    read: async () => (await scoria.ask('GET', `/v3/volumes/${volume}/metadata`)).body.metadata,
  },
  'the image metadata of a volume': {
    map: 'volume image metadata',
    write: (metadata) => send('POST', `volumes/${volume}/action`, { 'os-set_image_metadata': { metadata } }, member),
    read: async () => (await scoria.ask('GET', `/v3/volumes/${volume}`)).body.volume.volume_image_metadata ?? {},
  },
  'the metadata of a snapshot': {
    map: 'snapshot metadata',
    write: (metadata) => send('POST', `snapshots/${snapshot}/metadata`, { metadata }, member),
    read: async () => (await scoria.ask('GET', `/v3/snapshots/${snapshot}/metadata`)).body.metadata,
  },
  'the extra specs of a type': {
    map: 'extra specs',
    write: (extra_specs) => send('POST', `types/${type}/extra_specs`, { extra_specs }, admin),
    read: async () => (await scoria.ask('GET', `/v3/types/${type}/extra_specs`, admin)).body.extra_specs,
  },
  'the specs of a group type': {
    map: 'group specs',
    write: (group_specs) => send('POST', `group_types/${groupType}/group_specs`, { group_specs }, admin),
    read: async () => (await scoria.ask('GET', `/v3/group_types/${groupType}/group_specs`, admin)).body.group_specs,
  },
  'QoS specs': {
    map: 'QoS specs',
    write: (qos_specs) => send('PUT', `qos-specs/${qos}`, { qos_specs }, admin),
    read: async () => (await scoria.ask('GET', `/v3/qos-specs/${qos}`, admin)).body.qos_specs.specs,
  },
};

for (const [what, { map, write, read }] of Object.entries(growing)) {
  test(`sixty requests at once do not make ${what} larger than it may be`, async () => {
    const told = await Promise.all(Array.from({ length: 60 }, (_, n) => write(pairs(n))));
    const refused = told.filter((one) => one.status === 400);
    assert.ok(refused.length > 0 && refused.length < 60, `${refused.length}`);
    assert.equal(told.filter((one) => one.status >= 500).length, 0);
    assert.match(refused[0]?.body.badRequest.message, new RegExp(`^Invalid input: the ${map} would have \\d+ bytes`));
    const held = await read();
    assert.ok(JSON.stringify(held).length <= mostOf(map), `${JSON.stringify(held).length}`);
    assert.ok(JSON.stringify(held).length > mostOf(map) / 2);
  });
}

const tooMuch = pairs(0, 120);

/** How each map is written as a whole. */
const whole: Readonly<Record<string, () => Promise<Told>>> = {
  'a volume that is made': () => send('POST', 'volumes', { volume: { size: 1, metadata: tooMuch } }, member),
  'a volume that is changed': () => send('PUT', `volumes/${volume}`, { volume: { metadata: tooMuch } }, member),
  'the metadata of a volume': () => send('PUT', `volumes/${volume}/metadata`, { metadata: tooMuch }, member),
  'a volume that is managed': () =>
    send(
      'POST',
      'manageable_volumes',
      { volume: { host: 'test@one#pool', ref: { 'source-name': 'x' }, metadata: tooMuch } },
      admin,
    ),
  'a snapshot that is made': () =>
    send('POST', 'snapshots', { snapshot: { volume_id: volume, metadata: tooMuch } }, member),
  'the metadata of a snapshot': () => send('PUT', `snapshots/${snapshot}/metadata`, { metadata: tooMuch }, member),
  'a snapshot that is managed': () =>
    send(
      'POST',
      'manageable_snapshots',
      { snapshot: { volume_id: volume, ref: { 'source-name': 'x' }, metadata: tooMuch } },
      admin,
    ),
  'a backup that is made': () => send('POST', 'backups', { backup: { volume_id: volume, metadata: tooMuch } }, member),
  'a backup that is changed': () => send('PUT', `backups/${backup}`, { backup: { metadata: tooMuch } }, member),
  'a type that is made': () => send('POST', 'types', { volume_type: { name: 'x', extra_specs: pairs(0, 300) } }, admin),
  'a group type that is made': () =>
    send('POST', 'group_types', { group_type: { name: 'x', group_specs: pairs(0, 300) } }, admin),
  'QoS specs that are made': () => send('POST', 'qos-specs', { qos_specs: { name: 'x', ...pairs(0, 300) } }, admin),
};

for (const [what, write] of Object.entries(whole)) {
  test(`${what}: a map that is too large is refused by its name, and nothing changes`, async () => {
    const counts = async () => {
      const paths = ['volumes', 'snapshots', 'backups', 'types', 'group_types', 'qos-specs'];
      const told = await Promise.all(paths.map((path) => scoria.ask('GET', `/v3/${path}`, admin)));
      return told.map(({ text }) => text);
    };
    const found = await counts();
    const told = await write();
    assert.equal(told.status, 400, told.text);
    assert.match(
      told.body.badRequest.message,
      /^Invalid input: the [\w ]+ would have \d+ bytes, and may have \d+ at most\.$/,
    );
    assert.deepEqual(await counts(), found);
  });
}
