// Settings of where the keys of encrypted volumes are kept.
import type { NodeKeysOptions } from '../keys/node.ts';
import { type Environment, needed, url, wrong } from './environment.ts';

export type KeysSettings = NodeKeysOptions['keys'];

export const keysVariables: readonly (readonly [string, string])[] = [
  ['SCORIA_KEYS', 'where the keys of encrypted volumes are kept: embedded, kms, barbican (embedded); docs/keys.md'],
  ['SCORIA_BARBICAN_URL', 'URL of the Barbican (needed with barbican)'],
  ['SCORIA_KMS_KEY', 'id, ARN or alias of the key in AWS KMS that seals them (needed with kms)'],
  ['SCORIA_KMS_URL', "another endpoint than the region's (none)"],
  ['AWS_REGION', 'region of KMS (needed with kms)'],
  ['AWS_ACCESS_KEY_ID', 'who asks KMS, with AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN (needed with kms)'],
];

/** Throws a SettingsError that names the variable. */
export function readKeysSettings(env: Environment): KeysSettings {
  const kind = env.SCORIA_KEYS || 'embedded';
  const why = `when SCORIA_KEYS is ${kind}`;
  if (kind === 'embedded') return { kind };
  if (kind === 'barbican') {
    return { kind, url: url('SCORIA_BARBICAN_URL', needed(env, 'SCORIA_BARBICAN_URL', why)).href };
  }
  if (kind !== 'kms') throw wrong('SCORIA_KEYS', 'must be one of embedded, kms, barbican');
  const region = needed(env, 'AWS_REGION', why);
  if (!/^[a-z0-9-]{1,40}$/.test(region)) throw wrong('AWS_REGION', 'must be the name of a region');
  return {
    kind,
    keyId: needed(env, 'SCORIA_KMS_KEY', why),
    url: env.SCORIA_KMS_URL ? url('SCORIA_KMS_URL', env.SCORIA_KMS_URL).href : null,
    region,
    accessKeyId: needed(env, 'AWS_ACCESS_KEY_ID', why),
    secretAccessKey: needed(env, 'AWS_SECRET_ACCESS_KEY', why),
    sessionToken: env.AWS_SESSION_TOKEN || null,
  };
}
