// Secrets in the words of Barbican's API.
import * as is from '../http/answer-types.ts';
import type { KeyRow } from './store.ts';

export const payloadType = 'application/octet-stream';

/** What is known of a secret beside its payload. */
export function secretView(row: KeyRow, root: string) {
  const created = row.created_at.replace(' ', 'T');
  return {
    name: row.owner,
    secret_ref: `${root}/key-manager/v1/secrets/${row.id}`,
    secret_type: 'symmetric',
    algorithm: row.algorithm,
    bit_length: row.bit_length,
    mode: row.mode,
    status: 'ACTIVE',
    creator_id: row.user_id,
    created,
    updated: created,
    expiration: null,
    content_types: { default: payloadType },
  };
}

const version = (root: string) => ({
  id: 'v1',
  status: 'stable',
  links: [{ rel: 'self', href: `${root}/key-manager/v1/` }],
  'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.key-manager-v1+json' }],
});

export const versionsView = (root: string) => ({ versions: { values: [version(root)] } });
export const versionView = (root: string) => ({ version: version(root) });

const versionType = is.object({
  id: is.text,
  status: is.text,
  links: is.listOf(is.object({ rel: is.text, href: is.url })),
  'media-types': is.listOf(is.record),
});
export const versionsType = is.object({ versions: is.object({ values: is.listOf(versionType) }) });
export const oneVersionType = is.object({ version: versionType });

export const secretType = is.object({
  name: is.text,
  secret_ref: is.url,
  secret_type: is.exactly('symmetric'),
  algorithm: is.text,
  bit_length: is.integer,
  mode: is.text,
  status: is.exactly('ACTIVE'),
  creator_id: is.text,
  created: is.text,
  updated: is.text,
  expiration: is.nothing,
  content_types: is.mapOf(is.text),
});
