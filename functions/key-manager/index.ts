// The keys of encrypted volumes, as compute hosts ask a Barbican for them: castellan reads a secret and its payload.
// A key is made, moved and deleted with its volume or backup; that of an image is deleted here, by the image service.

import * as is from '../http/answer-types.ts';
import { conflict, Fault, notFound } from '../http/faults.ts';
import { Answer, type Call, operation, type Resource } from '../http/operation.ts';
import { reach, reachOfServices, type Scope } from '../http/policy.ts';
import { isUuid } from '../http/schemas.ts';
import type { Target } from '../http/target.ts';
import { inFaults } from './keys.ts';
import { keyManagerRules } from './policy.ts';
import { deleteImageKey, findKey, type KeyRow } from './store.ts';
import {
  oneVersionType,
  payloadType,
  secretType,
  secretView,
  versionsType,
  versionsView,
  versionView,
} from './view.ts';

const absent = () => notFound('Secret not found.');

const find = async (call: Call<unknown, 'secret_id'>, scope: Scope) => {
  const id = call.params.secret_id;
  return findKey(call.ports.database, scope, id);
};

async function theKey(call: Call<unknown, 'secret_id'>): Promise<KeyRow> {
  const row = await find(call, reachOfServices(call.actor));
  if (row === null) throw absent();
  return row;
}

/** The bytes of the key. Who has read it stands in the log. */
async function payload(call: Call<unknown, 'secret_id'>) {
  const accepted = call.headers.get('accept') ?? '*/*';
  if (!/\*\/\*|application\/(\*|octet-stream)/i.test(accepted)) {
    throw new Fault(406, `The payload is ${payloadType}: ask for it with the header Accept.`);
  }
  const row = await theKey(call);
  const { keys, log } = call.ports;
  const bytes = await inFaults(call, () => keys.open(row.material, row.sealed_as));
  log.info('key-read', { key: row.id, owner: row.owner, user: call.actor.userId, requestId: call.requestId });
  return new Answer(200, bytes, { 'Content-Type': payloadType, 'Cache-Control': 'no-store' });
}

/** Deletes the key of an image that is being deleted. One that a volume or a backup needs stays. */
async function remove(call: Call<unknown, 'secret_id'>): Promise<void> {
  const id = call.params.secret_id;
  const owner = isUuid(id) ? await deleteImageKey(call.ports.database, reach(call.actor), id) : undefined;
  if (owner === undefined) throw absent();
  if (owner !== null) throw conflict(`The key belongs to the ${owner} and goes with it.`);
  call.ports.log.info('key-deleted', { key: id, user: call.actor.userId, requestId: call.requestId });
}

const target: Target<'secret_id'> = {
  param: 'secret_id',
  exists: async (call) => (await find(call, reach(call.actor))) !== null,
  absent: () => absent().message,
};
const common = { method: 'GET', at: 'root', success: 200 } as const;
const described = { ...common, policy: [], open: true } as const;
const secret = '/key-manager/v1/secrets/{secret_id}';

const discovery = [
  ['key-manager-versions', '/key-manager', versionsView, versionsType],
  ['key-manager-versions-slash', '/key-manager/', versionsView, versionsType],
  ['key-manager-version', '/key-manager/v1', versionView, oneVersionType],
  ['key-manager-version-slash', '/key-manager/v1/', versionView, oneVersionType],
] as const;

export const keyManager: Resource = {
  name: 'key-manager',
  rules: keyManagerRules,
  operations: [
    ...discovery.map(([name, path, view, answers]) =>
      operation({
        ...described,
        name,
        summary: 'Versions of the key manager',
        path,
        answers,
        handler: async (call) => view(call.links.root),
      }),
    ),
    operation({
      ...common,
      name: 'secret-show',
      summary: 'Show the key of an encrypted volume or backup',
      path: secret,
      answers: secretType,
      policy: ['secret:get'],
      target,
      handler: async (call) => secretView(await theKey(call), call.links.root),
    }),
    operation({
      ...common,
      name: 'secret-payload-show',
      summary: 'Read the bytes of a key',
      path: `${secret}/payload`,
      answers: is.bytes,
      policy: ['secret:decrypt'],
      target,
      handler: payload,
    }),
    operation({
      ...common,
      method: 'DELETE',
      success: 204,
      name: 'secret-delete',
      summary: 'Delete the key of an image',
      path: secret,
      policy: ['secret:delete'],
      target,
      handler: remove,
    }),
  ],
};
